#include "nengine/batches.hpp"

#include <utility>

#include "nengine/error.hpp"

namespace nengine {

BatchSource::~BatchSource() = default;

void BatchSource::restart(int /*epoch*/) {}

std::optional<std::int64_t> BatchSource::batches() const {
    return std::nullopt;
}

namespace {

using MakeBatch = std::function<std::optional<Batch>(int epoch, std::int64_t batch)>;

class FunctionSource final : public BatchSource {
public:
    explicit FunctionSource(MakeBatch make) : make_(std::move(make)) {}

    std::optional<Batch> next() override { return make_(epoch_, batch_++); }
    void restart(int epoch) override {
        epoch_ = epoch;
        batch_ = 0;
    }

private:
    MakeBatch make_;
    int epoch_ = 0;
    std::int64_t batch_ = 0;
};

}  // namespace

std::shared_ptr<BatchSource> from_function(MakeBatch make) {
    if (make == nullptr) {
        throw ValidationError("from_function: got no function, needs one");
    }
    return std::make_shared<FunctionSource>(std::move(make));
}

}  // namespace nengine
