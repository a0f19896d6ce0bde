#include <algorithm>
#include <cstring>
#include <numeric>
#include <span>
#include <type_traits>
#include <utility>

#include "api/numerics/random_state.hpp"
#include "api/numerics/text.hpp"
#include "engine/io/mapped_file.hpp"
#include "engine/io/npy_header.hpp"
#include "kernels/base/host_memory.hpp"
#include "nengine/batches.hpp"
#include "nengine/error.hpp"

namespace nengine {

namespace {

/// What the numbers of a file are in a tensor.
template <class T>
using Held =
    std::conditional_t<std::is_same_v<T, std::int8_t>, std::int32_t,
                       std::conditional_t<std::is_same_v<T, std::int64_t>, double, T>>;

/// The data of one node or probe.
class DataFile {
public:
    explicit DataFile(const NpyFile& given)
        : given_(given),
          where_("NpyBatches: '" + given.path.string() + "'"),
          file_(given.path, where_),
          header_(engine::parse_npy_header(file_.bytes(), where_)) {
        if (header_.shape.size() != 3 || items() < 1 || header_.shape[1] < 1) {
            throw ShapeError(where_, "shape " + shape_text(header_.shape),
                             "[items, steps, size] with at least one item and step");
        }
        if (header_.fortran_order) {
            throw FileError(where_ + ": got numbers in Fortran order, needs C order " +
                            "(numpy.ascontiguousarray)");
        }
    }

    const std::string& where() const { return where_; }
    Index items() const { return header_.shape[0]; }

    DataEntry take(std::span<const Index> items) const {
        return {given_.key,
                engine::with_npy_type(header_.type,
                                      [&]<class T>(T) { return numbers_of<T>(items); }),
                given_.scale};
    }

private:
    template <class T>
    Tensor numbers_of(std::span<const Index> items) const {
        const auto per_item =
            static_cast<std::size_t>(header_.shape[1] * header_.shape[2]);
        const auto all = file_.bytes().subspan(header_.begin);
        std::vector<Held<T>> result(items.size() * per_item);
        auto* to = result.data();
        for (const Index item : items) {
            const auto numbers =
                all.subspan(static_cast<std::size_t>(item) * per_item * sizeof(T),
                            per_item * sizeof(T));
            if constexpr (std::is_same_v<T, Held<T>>) {
                std::memcpy(to, numbers.data(), numbers.size());
            } else {
                std::ranges::transform(
                    engine::npy_doubles(header_.type, numbers, where_), to,
                    [](double v) { return static_cast<Held<T>>(v); });
            }
            to += per_item;
        }
        return {{std::ssize(items), header_.shape[1], header_.shape[2]},
                std::move(result)};
    }

    NpyFile given_;
    std::string where_;
    engine::MappedFile file_;
    engine::NpyHeader header_;
};

class NpySource final : public BatchSource {
public:
    explicit NpySource(const NpyBatches& given)
        : size_(given.minibatch_size), shuffle_(given.shuffle), seed_(given.seed) {
        if (size_ < 1) {
            throw ValidationError("NpyBatches: minibatch_size: got " +
                                  std::to_string(size_) + ", needs at least 1");
        }
        open(given.x, x_);
        open(given.y, y_);
        if (items_ == 0) {
            throw ValidationError("NpyBatches: got no files, needs at least one");
        }
    }

    void restart(int epoch) override {
        taken_ = 0;
        if (shuffle_) {
            kernels::need_host_memory(
                kernels::array_bytes({items_}, sizeof(Index)), [&] {
                    return kernels::MemoryUse{
                        "NpyBatches",
                        "an order of " + std::to_string(items_) + " items",
                        "the number of items, or give shuffle = false"};
                });
            order_ = RandomState(seed_ + static_cast<std::uint32_t>(epoch))
                         .permutation(items_);
        }
    }

    std::optional<Batch> next() override {
        const std::vector<Index> items = next_items();
        if (items.empty()) {
            return std::nullopt;
        }
        Batch batch;
        for (const DataFile& file : x_) {
            batch.x.push_back(file.take(items));
        }
        for (const DataFile& file : y_) {
            batch.y.push_back(file.take(items));
        }
        return batch;
    }

    std::optional<std::int64_t> batches() const override {
        return items_ / size_ + (items_ % size_ == 0 ? 0 : 1);
    }

private:
    std::vector<Index> next_items() {
        std::vector<Index> items(
            static_cast<std::size_t>(std::min(size_, items_ - taken_)));
        std::iota(items.begin(), items.end(), taken_);
        taken_ += std::ssize(items);
        for (Index& item : items) {
            item = order_.empty() ? item : order_[static_cast<std::size_t>(item)];
        }
        return items;
    }

    void open(const std::vector<NpyFile>& files, std::vector<DataFile>& opened) {
        for (const NpyFile& file : files) {
            const DataFile& data = opened.emplace_back(file);
            if (items_ != 0 && data.items() != items_) {
                throw ShapeError(data.where(), std::to_string(data.items()) + " items",
                                 std::to_string(items_) + " as in the other files");
            }
            items_ = data.items();
        }
    }

    Index size_;
    bool shuffle_;
    std::uint32_t seed_;
    std::vector<DataFile> x_, y_;
    Index items_ = 0, taken_ = 0;
    std::vector<Index> order_;  ///< empty: as they lie
};

}  // namespace

NpyBatches::operator std::shared_ptr<BatchSource>() const {
    return std::make_shared<NpySource>(*this);
}

}  // namespace nengine
