#pragma once

#include <cstdint>
#include <filesystem>
#include <functional>
#include <memory>
#include <optional>
#include <vector>

#include "kernels/base/export.hpp"
#include "nengine/data.hpp"
#include "nengine/seed.hpp"

namespace nengine {

/// Some items: data for nodes, targets for probes, and what losses on probes count
/// (FitOptions::sample_weight). As many items in each tensor.
struct Batch {
    Data x, y, weights = {};
};

/// Where batches come from that are not in memory all at once, or are made as training
/// goes. Its functions are called by one thread at a time, which need not be the one
/// that made it: while the simulator computes, the next batch is made. They must not
/// use the simulator. What they throw ends the training; the message says in which
/// epoch and batch.
///
///     struct Noisy : BatchSource {
///         std::optional<Batch> next() override {
///             ...
///             return Batch{.x = images, .y = labels};
///         }
///     };
class NENGINE_API BatchSource {
public:
    virtual ~BatchSource();
    /// The next batch of the epoch; nothing where the epoch ends.
    virtual std::optional<Batch> next() = 0;
    /// Called before the first batch of each epoch, counted from 0. One that does
    /// nothing goes on where the epoch before has ended.
    virtual void restart(int epoch);
    /// How many batches an epoch has, if that is known.
    virtual std::optional<std::int64_t> batches() const;
};

/// Batches that a function makes; nothing ends the epoch. Both numbers count from 0,
/// `batch` within its epoch.
NENGINE_API std::shared_ptr<BatchSource> from_function(
    std::function<std::optional<Batch>(int epoch, std::int64_t batch)> make);

/// An npy file of data, [items, steps, size].
struct NpyFile {
    DataKey key;
    std::filesystem::path path;
    double scale = 1.0;  ///< as of DataEntry
};

/// Batches of the items of npy files, which are mapped into memory: no more of them is
/// read than batches need. Floats (4 or 8 bytes), integers (1, 4 or 8 bytes) or
/// booleans, little-endian, in C order; they reach the device as they are, but those
/// that no tensor holds: booleans become uint8, integers of 1 byte int32 and those of 8
/// bytes float64.
///
///     std::shared_ptr<BatchSource> source =
///         NpyBatches{.x = {{x, "x.npy"}}, .y = {{p, "y.npy"}}, .minibatch_size = 200};
///
/// The files are opened and checked as it becomes a source. Their numbers must not be
/// changed while they are read.
struct NpyBatches {
    std::vector<NpyFile> x = {}, y = {};
    std::int64_t minibatch_size = 32;  ///< of the last batch of an epoch, what is left
    /// Another order in each epoch, the one in which `fit` takes the items of tensors
    /// if the simulator has this seed and has not trained before.
    bool shuffle = true;
    Seed seed = 0;

    /// @throws FileError        a file is missing, truncated, damaged or in Fortran
    ///                          order
    /// @throws ShapeError       other than three axes, no items or steps, or another
    ///                          number of items than in the first file
    /// @throws ValidationError  no files, or a size that is not above 0
    NENGINE_API operator std::shared_ptr<BatchSource>() const;
};

}  // namespace nengine
