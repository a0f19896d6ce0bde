#pragma once

#include <condition_variable>
#include <cstdint>
#include <exception>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <thread>

#include "nengine/batches.hpp"

namespace nengine {

/// Reads a source on a thread of its own, one batch ahead of who takes them: while a
/// batch is computed with, the next one is made and waits. Of the source's functions
/// all but `batches` are called there, one at a time, and none runs when the reader is
/// gone.
///
/// The reader's own functions are for one thread.
class BatchReader {
public:
    /// @param where  begins the messages of errors: "fit"
    BatchReader(std::shared_ptr<BatchSource> source, std::string where);
    BatchReader(const BatchReader&) = delete;
    BatchReader& operator=(const BatchReader&) = delete;
    /// Waits for the call of the source's that is under way; what it gives or throws is
    /// dropped.
    ~BatchReader();

    /// Begins an epoch, wherever the one before is. The source is asked for no more
    /// than `most` batches of it.
    void begin(int epoch, std::optional<std::int64_t> most = std::nullopt);
    /// The next batch of the epoch, as soon as it is there; nothing behind the last
    /// one.
    /// @throws SimulationError  the source has thrown: says in which epoch and batch,
    ///                          and nests what was thrown. So does every call until the
    ///                          next epoch begins
    std::optional<Batch> next();

private:
    /// Where the epoch is.
    enum class State {
        restarting,  ///< the source begins it, or is to
        reading,     ///< it makes a batch, or is to
        full,        ///< a batch waits
        ended,       ///< there is nothing more
    };

    void read_until_closed();
    /// What a call of the source's has given becomes the state of its epoch.
    void take_over(State from, std::optional<Batch> made, std::exception_ptr error);
    /// After a batch has been taken, or the source has begun.
    State next_state() const;
    [[noreturn]] void rethrow() const;

    std::shared_ptr<BatchSource> source_;
    std::string where_;
    std::mutex mutex_;
    std::condition_variable changed_;
    // Guarded by the mutex:
    State state_ = State::ended;
    bool closed_ = false;
    std::int64_t begun_ = 0;  ///< epochs; what was made for an earlier one is dropped
    int epoch_ = 0;
    std::int64_t made_ = 0;  ///< batches of the epoch
    std::optional<std::int64_t> most_;
    std::optional<Batch> batch_;
    std::exception_ptr error_;
    bool failed_to_restart_ = false;

    std::thread thread_;  ///< there from the first epoch on
};

}  // namespace nengine
