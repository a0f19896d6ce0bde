#include <gtest/gtest.h>

#include <cmath>

#include "kernels/random_spikes.hpp"
#include "tests/reference/naive_random.hpp"
#include "tests/support/blocks.hpp"
#include "tests/support/on_each_device.hpp"

// Counts of many means, one by one: moments would not notice a constant of the
// rejection that is a little off.

namespace nengine::test {

using namespace engine;
namespace {

class PoissonConformance : public OnEachDevice {};

TEST_P(PoissonConformance, CountsAreThoseOfTheReferenceOneByOne) {
    constexpr Index steps = 25, batch = 3, n = 4001;
    const RandomOrigin origin{.seed = 12, .first_step = 0xfffffff0, .first_item = 7};
    std::vector<Index> elements;
    std::vector<double> means;
    for (Index i = 0; i < n; ++i) {  // from 0.01 to a million, most above 10
        const double place = static_cast<double>(i) / (n - 1);
        means.push_back(std::pow(10.0, -2.0 + 8.0 * std::sqrt(place)));
        elements.insert(elements.end(), {5, i});
    }
    const double one = 1.0;
    const Buffer rates = upload(means), table = upload(elements),
                 at = upload(std::vector{origin}), amplitude = upload(std::vector{one}),
                 out = upload(std::vector<double>(steps * batch * n));
    Block<const double> in =
        dense<const double>(rates.as<double>(), steps, batch, 1, n);
    in.time_stride = in.batch_stride = 0;

    const PoissonSpikesArgs<Bound<double>> args{
        .dt = 1.0,
        .origin = at.as<RandomOrigin>(),
        .counter = nullptr,
        .elements = table.as<Index>(),
        .rates = in,
        .amplitude = {amplitude.as<double>(), 0},
        .output = dense(out.as<double>(), steps, batch, 1, n)};
    device().run([&](const auto& exec) { poisson_spikes(exec, args); });

    const auto got = download<double>(out);
    for (std::size_t k = 0; k < got.size(); ++k) {
        const std::size_t element = k % n, row = k / n;
        const reference::NaiveCoordinates place{
            .seed = origin.seed,
            .step = origin.first_step + row / batch,
            .item = origin.first_item + static_cast<std::uint32_t>(row % batch),
            .op = 5};
        ASSERT_EQ(got[k], reference::naive_poisson(means[element], place,
                                                   static_cast<std::uint32_t>(element)))
            << means[element];
    }
}

INSTANTIATE_TEST_SUITE_P(Devices, PoissonConformance,
                         ::testing::ValuesIn(device_names()), device_label);

}  // namespace
}  // namespace nengine::test
