#include "engine/io/npz.hpp"
#include "tests/fuzz/check.hpp"
#include "tests/fuzz/npy_files.hpp"
#include "tests/fuzz/zip_files.hpp"

namespace nengine::fuzz {

using namespace engine;

namespace {

/// Deflate expands 1032 times at most; then as for npy.
std::size_t memory_limit(std::size_t size) {
    return (256 << 10) + 1032 * 20 * size;
}

ZipMember random_member(Random& random) {
    return {random.one_of<std::string>({"a", "b", "net/ens.bias", "\xc3\xa9", ""}) +
                std::string(random.one_in(8) ? "" : ".npy"),
            random_npy(random), random.one_in(2)};
}

void mutate(std::vector<ZipMember>& members, Random& random) {
    if (members.empty() || random.one_in(16)) {
        members.push_back(random_member(random));
    }
    ZipMember& member = members[random.below(members.size())];
    switch (random.below(12)) {
        case 0:
            member.name = mutated(member.name);
            break;
        case 1:
            member.is_deflated = !member.is_deflated;
            break;
        case 2:
            member = members[random.below(members.size())];
            break;
        case 3:
            members.pop_back();
            break;
        default:
            member.content = mutated_npy(member.content, random);
    }
}

}  // namespace

void check_input(std::span<const std::byte> bytes) {
    const auto arrays = parse_within(memory_limit(bytes.size()),
                                     [&] { return parse_npz(bytes, where); });
    if (!arrays) {
        return;
    }
    for (const DType real : {DType::float32, DType::float64}) {
        const auto again = parse_npz(format_npz(*arrays, real), "written");
        require(again.size() == arrays->size(), "all members are read again");
        for (const auto& [name, array] : *arrays) {
            require(again.contains(name), "'" + name + "' is read again");
            check_same(array, again.at(name), real);
        }
    }
}

std::string mutated_input(const std::string& archive, Random& random) {
    if (random.one_in(3)) {
        return mutated(archive);
    }
    if (random.one_in(3)) {
        return with_checksums(mutated(archive));
    }
    auto members = zip_members(archive);
    mutate(members, random);
    const std::string result = zip_archive(members);
    return random.one_in(8) ? with_long_end(result) : result;
}

}  // namespace nengine::fuzz
