#include "api/data/batch_reader.hpp"

#include <utility>

#include "nengine/error.hpp"

namespace nengine {

BatchReader::BatchReader(std::shared_ptr<BatchSource> source, std::string where)
    : source_(std::move(source)), where_(std::move(where)) {
    if (source_ == nullptr) {
        throw ValidationError(where_ + ": got no source of batches, needs one");
    }
}

BatchReader::~BatchReader() {
    {
        const std::lock_guard lock(mutex_);
        closed_ = true;
    }
    changed_.notify_all();
    if (thread_.joinable()) {
        thread_.join();
    }
}

void BatchReader::begin(int epoch, std::optional<std::int64_t> most) {
    if (!thread_.joinable()) {
        thread_ = std::thread([this] { read_until_closed(); });
    }
    {
        const std::lock_guard lock(mutex_);
        ++begun_;
        state_ = State::restarting;
        epoch_ = epoch;
        made_ = 0;
        most_ = most;
        batch_.reset();
        error_ = nullptr;
    }
    changed_.notify_all();
}

std::optional<Batch> BatchReader::next() {
    std::optional<Batch> batch;
    {
        std::unique_lock lock(mutex_);
        changed_.wait(
            lock, [this] { return state_ == State::full || state_ == State::ended; });
        if (error_ != nullptr) {
            rethrow();
        }
        if (state_ == State::ended) {
            return std::nullopt;
        }
        batch.swap(batch_);
        state_ = next_state();
    }
    changed_.notify_all();
    return batch;
}

BatchReader::State BatchReader::next_state() const {
    return most_ && made_ >= *most_ ? State::ended : State::reading;
}

void BatchReader::read_until_closed() {
    std::unique_lock lock(mutex_);
    while (true) {
        changed_.wait(lock, [this] {
            return closed_ || state_ == State::restarting || state_ == State::reading;
        });
        if (closed_) {
            return;
        }
        const State from = state_;
        const std::int64_t begun = begun_;
        const int epoch = epoch_;
        std::optional<Batch> made;
        std::exception_ptr error;
        lock.unlock();
        try {
            if (from == State::restarting) {
                source_->restart(epoch);
            } else {
                made = source_->next();
            }
        } catch (...) {
            error = std::current_exception();
        }
        lock.lock();
        if (begun == begun_) {
            take_over(from, std::move(made), std::move(error));
            changed_.notify_all();
        }
    }
}

void BatchReader::take_over(State from, std::optional<Batch> made,
                            std::exception_ptr error) {
    if (error != nullptr) {
        error_ = std::move(error);
        failed_to_restart_ = from == State::restarting;
        state_ = State::ended;
    } else if (from == State::restarting) {
        state_ = next_state();
    } else if (made) {
        batch_ = std::move(made);
        ++made_;
        state_ = State::full;
    } else {
        state_ = State::ended;
    }
}

void BatchReader::rethrow() const {
    const std::string at =
        where_ + ": epoch " + std::to_string(epoch_) +
        (failed_to_restart_
             ? " (counted from 0): the source of batches could not begin it"
             : ", batch " + std::to_string(made_) +
                   " (each counted from 0): the source of batches could not make it");
    try {
        std::rethrow_exception(error_);
    } catch (const std::exception& error) {
        std::throw_with_nested(SimulationError(at + ": " + error.what()));
    } catch (...) {
        std::throw_with_nested(SimulationError(at + ", for what is no std::exception"));
    }
}

}  // namespace nengine
