#pragma once

#include <string>
#include <vector>

#include "engine/ir/model.hpp"

namespace nengine::engine {

/// Which steps a period samples: those k, counted from 1, with fmod(k, period) < 1,
/// which is Nengo's rule.
///
/// As that says that k is the first whole number from some n * period on, the n-th
/// sample is at step ceil(n * period), and floor(k / period) samples have been taken
/// when step k is over. Both are exact for steps up to 2^53, which a double holds; no
/// answer takes longer than another.
class Sampling {
public:
    /// In steps, above 0; every step is sampled up to a period of 1.
    explicit Sampling(double period) : period_(period < 1.0 ? 1.0 : period) {}

    /// How many of the steps 1 ... `step` are sampled.
    Index count(Index step) const;
    /// The step of the n-th sample, counted from 1.
    Index step(Index n) const;
    bool includes(Index step) const { return count(step) > count(step - 1); }

private:
    double period_;
};

/// Samples of a call that lie in a chunk of it.
struct SampledRows {
    Index before = 0;         ///< samples that the probe shows of earlier chunks
    std::vector<Index> rows;  ///< steps of the chunk, counted from 0
};

/// The samples that a probe shows of a call: what is recorded, and what targets are
/// compared with. Without a history only the last one.
class CallSamples {
public:
    /// Of the steps after `first_step`, `n_steps` of them.
    CallSamples(const ProbePoint& probe, Index first_step, Index n_steps);

    Index count() const { return end_ - begin_; }
    /// Those in `steps` steps after `first_step`, which counts from the beginning of
    /// time as in the constructor.
    SampledRows in_chunk(Index first_step, Index steps) const {
        return from(begin_, first_step, steps);
    }
    /// The call's last sample, if it is in that chunk.
    SampledRows last_in_chunk(Index first_step, Index steps) const {
        return from(count() > 0 ? end_ - 1 : end_, first_step, steps);
    }

private:
    SampledRows from(Index number, Index first_step, Index steps) const;

    Sampling sampling_;
    Index begin_, end_;  ///< numbers of samples, counted from 1: [begin, end)
};

/// Targets have one step for each sample that a probe shows of a call, or one that is
/// held.
/// @param where  what begins the message
/// @throws ShapeError       another number of steps
/// @throws ValidationError  the call has no sample
void check_target_steps(const ProbePoint& probe, Index first_step, Index n_steps,
                        Index target_steps, const std::string& where);

}  // namespace nengine::engine
