#include "api/simulator/checkpoint_file.hpp"

#include "api/simulator/simulator_impl.hpp"
#include "engine/io/npz.hpp"
#include "nengine/error.hpp"

namespace nengine {
namespace {

/// Says what the file is, and the form that it has.
const std::string form_entry = "nengine checkpoint";
constexpr double form = 1;

}  // namespace

void write_checkpoint(const std::filesystem::path& path,
                      const engine::Checkpoint& checkpoint) {
    std::map<std::string, engine::NpyArray> arrays;
    arrays[form_entry] = {{1}, {form}};
    for (const auto& [name, numbers] : checkpoint) {
        arrays[name] = {{std::ssize(numbers)}, numbers};
    }
    engine::write_npz(path, arrays, DType::float64);
}

engine::Checkpoint read_checkpoint(const std::filesystem::path& path) {
    engine::Checkpoint checkpoint;
    for (auto& [name, array] : engine::read_npz(path)) {
        checkpoint[name] = std::move(array.values);
    }
    const auto found = checkpoint.find(form_entry);
    if (found == checkpoint.end() || found->second != std::vector{form}) {
        throw FileError("checkpoint: got " + path.string() +
                        ", which is none of this version, needs a checkpoint");
    }
    return checkpoint;
}

engine::Checkpoint Simulator::Impl::checkpoint() const {
    engine::Checkpoint result = simulation->trainer().save();
    result["epochs"] = {static_cast<double>(epochs_run)};
    return result;
}

void Simulator::Impl::load(const engine::Checkpoint& checkpoint) {
    const double epochs = engine::number_of(checkpoint, "epochs");
    simulation->trainer().load(checkpoint);
    epochs_run = static_cast<std::uint32_t>(epochs);
}

void Simulator::save_checkpoint(const std::filesystem::path& path) const try {
    const Impl& impl = open("save_checkpoint");
    if (!impl.compiled) {
        throw SimulationError("save_checkpoint: needs compile() first");
    }
    write_checkpoint(path, impl.checkpoint());
} catch (const std::bad_alloc&) {
    refuse_call("save_checkpoint");
}

void Simulator::load_checkpoint(const std::filesystem::path& path) try {
    Impl& impl = open("load_checkpoint");
    if (!impl.compiled) {
        throw SimulationError("load_checkpoint: needs compile() first");
    }
    const auto entered = impl.simulation->enter("load_checkpoint");
    impl.load(read_checkpoint(path));
} catch (const std::bad_alloc&) {
    refuse_call("load_checkpoint");
}

}  // namespace nengine
