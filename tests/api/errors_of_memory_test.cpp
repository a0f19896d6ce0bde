#include <gtest/gtest.h>

#include <array>
#include <filesystem>
#include <fstream>
#include <new>
#include <random>

#include "api/numerics/least_squares.hpp"
#include "errors.hpp"
#include "kernels/base/host_memory.hpp"

// What does not fit into memory is refused before it is allocated, by an error that
// names the object, what it needs, and what to lower.

namespace nengine::test {

namespace {

constexpr std::size_t mebibyte = std::size_t{1} << 20;

/// As if the machine had this much memory left.
Case refused(const char* what, std::vector<std::string> texts,
             std::function<void(Example&)> work, std::size_t left = 8 * mebibyte) {
    texts.insert(texts.end(), {"of free host memory", "needs", "lower"});
    return {what, Type::memory, texts, [=](Example& e) {
                const kernels::HostMemoryLimit limit(left);
                work(e);
            }};
}

std::vector<Case> buildings() {
    return {
        refused("activities for decoders",
                {"'big'", "2 x activities of ensemble 'b'", "[2400, 1200]", "43.9 MiB",
                 "lower its n_neurons"},
                [](Example& e) {
                    e.net.connect(e.net.ensemble(1200, 1, {.label = "b"}), e.sum[0],
                                  {.label = "big"});
                    e.simulate();
                }),
        refused("a Gram matrix", {"'big'", "Gram matrix", "[1200, 1200]"},
                [](Example& e) {
                    e.net.connect(
                        e.net.ensemble(1200, 1, {.label = "b", .n_eval_points = 300}),
                        e.sum[0], {.label = "big", .solver = NnlsL2{}});
                    e.simulate();
                }),
        refused("encoders", {"'big'", "encoders", "[1000, 1000]", "dimensions"},
                [](Example& e) {
                    e.net.ensemble(1000, 1000, {.label = "big"});
                    e.simulate();
                }),
        refused("evaluation points", {"'big'", "eval_points", "[800000, 1]"},
                [](Example& e) {
                    e.net.probe(e.net.ensemble(
                        2, 1, {.label = "big", .n_eval_points = 800000}));
                    e.simulate();
                }),
        refused("values of a function", {"'big'", "function", "[750, 3000]"},
                [](Example& e) {
                    const Node to = e.net.node({.size_in = 3000});
                    e.net.connect(
                        e.rates, to,
                        {.label = "big", .function = [](std::span<const double> x) {
                             return std::vector<double>(3000, x[0]);
                         }});
                    e.simulate();
                }),
        refused("a transform that is drawn",
                {"'big'", "transform", "[1000, 1000]", "ends"},
                [](Example& e) {
                    const Ensemble a = e.net.ensemble(1000, 1);
                    e.net.connect(
                        a.neurons, a.neurons,
                        {.label = "big", .transform = Uniform{.low = 0, .high = 1}});
                    e.simulate();
                }),
        refused("full weights", {"'big'", "weights", "[5000, 200]"},
                [](Example& e) {
                    e.net.connect(e.net.ensemble(200, 1), e.net.ensemble(5000, 1),
                                  {.label = "big", .solver = LstsqL2{.weights = true}});
                    e.simulate();
                }),
        refused("targets of a solver that gets currents",
                {"'big'", "currents", "[750, 3000]"},
                [](Example& e) {
                    e.net.connect(e.rates, e.net.ensemble(3000, 1),
                                  {.label = "big",
                                   .transform = 1.0,
                                   .solver = Nnls{.weights = true}});
                    e.simulate();
                }),
        refused("a layer's kernel", {"'big'", "kernel", "[2000000]"},
                [](Example& e) {
                    e.net.layer(Dense{.units = 1000000}, e.u, {.label = "big"});
                    e.simulate();
                }),
        refused("a convolution's kernel", {"'big'", "kernel", "[2000000]"},
                [](Example& e) {
                    e.net.connect(e.net.node(std::vector<double>(2, 0.5)),
                                  e.net.node({.size_in = 1000000}),
                                  {.label = "big",
                                   .transform = Convolution{.n_filters = 1000000,
                                                            .input_shape = {2, 1},
                                                            .kernel_size = {2},
                                                            .strides = {1}}});
                    e.simulate();
                }),
        refused("a signal of a long period", {"'big'", "WhiteSignal", "period"},
                [](Example& e) {
                    e.net.node(WhiteSignal{.period = 1000.0, .high = 5.0},
                               {.label = "big"});
                    e.simulate();
                }),
        refused("a spline of many points", {"'big'", "Piecewise", "2000 points"},
                [](Example& e) {
                    Piecewise course{.interpolation = Interpolation::cubic};
                    for (int i = 0; i < 2000; ++i) {
                        course.data.emplace(i, 0.5);
                    }
                    e.net.node(course, {.label = "big"});
                    e.simulate();
                }),
    };
}

/// Solving for the decoders of 100 neurons from 100 points.
Case refused_solver(const char* what, const char* text, const Solver& solver) {
    return refused(
        what, {"connection 'big'", text, "[100, 100]"},
        [=](Example&) {
            RandomState rng(1);
            const Matrix A = Matrix::Identity(100, 100), Y = Matrix::Ones(100, 1);
            solve(solver, A, Y, rng, "connection 'big'");
        },
        64 << 10);
}

std::vector<Case> solvers() {
    const char* copies = "more matrices";
    return {
        refused_solver("Lstsq", copies, Lstsq{}),
        refused_solver("LstsqL2", "Gram", LstsqL2{}),
        refused_solver("LstsqL2 of the points", copies,
                       LstsqL2{.solver = Cholesky{.transpose = true}}),
        refused_solver("LstsqL2 by SVD", copies, LstsqL2{.solver = SVD{}}),
        refused_solver("LstsqL2nz", "Gram", LstsqL2nz{}),
        refused_solver("LstsqNoise", copies, LstsqNoise{}),
        refused_solver("LstsqMultNoise", copies, LstsqMultNoise{}),
        refused_solver("LstsqL1", copies, LstsqL1{}),
        refused_solver("LstsqDrop", copies, LstsqDrop{}),
        refused_solver("Nnls", copies, Nnls{}),
        refused_solver("NnlsL2", "Gram", NnlsL2{}),
    };
}

/// On the CPU, whose memory the host's is.
SimulatorOptions on_cpu(std::optional<std::int64_t> minibatch_size = std::nullopt) {
    SimulatorOptions options = quiet(minibatch_size);
    options.device = "cpu";
    return options;
}

std::vector<Case> simulations() {
    return {
        refused("the state of many items", {"state", "'u.", "minibatch"},
                [](Example& e) {
                    // A learned matrix of each item's own.
                    const Ensemble a = e.net.ensemble(100, 1, {.label = "post"});
                    e.net.connect(a.neurons, a.neurons,
                                  {.label = "u.learned",
                                   .transform = Array::full({100, 100}),
                                   .learning_rule = Oja{}});
                    e.simulate(on_cpu(200));
                }),
        refused("parameters", {"parameters", "'big.weights'", "(800, 800)"},
                [](Example& e) {
                    const Ensemble a = e.net.ensemble(800, 1);
                    for (const char* label : {"big", "other"}) {
                        e.net.connect(
                            a.neurons, a.neurons,
                            {.label = label, .transform = Array::full({800, 800})});
                    }
                    e.simulate(on_cpu());
                }),
        refused("signals", {"signals of a chunk", "'big."},
                [](Example& e) {
                    const Node big = e.net.node({.label = "big", .size_in = 2000000});
                    e.net.connect(e.u[0], big[0]);
                    e.net.probe(big[0]);
                    Simulator(e.net, on_cpu()).run_steps(1);
                }),
        refused("samples of several runs",
                {"data: got", "a copy of 1600 samples of probe 'big'", "keep_history"},
                [](Example& e) {
                    const Node wide = e.net.node({.size_in = 1000});
                    const Probe big = e.net.probe(wide, {.label = "big"});
                    Simulator sim(e.net, on_cpu());
                    for (int run = 0; run < 16; ++run) {
                        sim.run_steps(100);
                    }
                    static_cast<void>(sim.data(big));
                }),
    };
}

std::vector<Case> others() {
    return {
        refused("an array", {"Array", "[2000, 2000]", "30.5 MiB"},
                [](Example&) {
                    Array::full({2000, 2000});
                }),
        refused("a copy of a tensor", {"to_vector", "[1, 1, 2000000]"},
                [](Example&) {
                    Tensor({1, 1, 2000000}, std::vector<float>(2000000)).to_vector();
                }),
        refused("the input of a function", {"'big'", "input", "size_in"},
                [](Example& e) {
                    e.net.node([](double, std::span<const double>) { return 0.0; },
                               {.label = "big", .size_in = 2000000});
                }),
        refused("the argument of a function", {"'big'", "argument"},
                [](Example& e) {
                    const Node to = e.net.node({.size_in = 2000000});
                    const Node wide =
                        e.net.node([](double, std::span<const double>) { return 0.0; },
                                   {.size_in = 2000000, .size_out = 2000000});
                    e.net.connect(wide, to, {.label = "big", .function = [](double x) {
                                                 return x;
                                             }});
                }),
        refused("a signal of a process", {"Process", "[2000000, 1]"},
                [](Example&) { Process(WhiteNoise{}).run(2000.0); }),
        refused("points of tuning curves", {"tuning_curves", "6 dimensions", "inputs"},
                [](Example& e) {
                    const Ensemble wide = e.net.ensemble(10, 6);
                    const Simulator sim(e.net, quiet());
                    tuning_curves(sim, wide);
                }),
        refused("activities at many values", {"rates: ", "[2000, 1000]", "points"},
                [](Example&) {
                    const Array ones = Array::full({1000}, 1.0);
                    static_cast<void>(
                        rates(LIF{}, Array::full({2000}, 0.5), ones, ones));
                }),
        refused("response curves",
                {"response_curves: ensemble 'rates'", "[100000, 10]", "points"},
                [](Example& e) {
                    const Simulator sim(e.net, quiet());
                    response_curves(sim, e.rates, Array::full({100000}, 0.5));
                }),
        refused("what a connection decodes",
                {"eval_point_decoding: connection 'big'", "[750, 1000]", "points"},
                [](Example& e) {
                    const Connection big = e.net.connect(
                        e.rates, e.net.node({.size_in = 1000}),
                        {.label = "big", .transform = Array::full({1000, 1}, 1.0)});
                    const Simulator sim(e.net, quiet());
                    eval_point_decoding(sim, big);
                }),
        refused("parameters that are frozen",
                {"freeze: ", "'big.weights'", "[600, 600]"},
                [](Example& e) {
                    const Ensemble wide = e.net.ensemble(600, 1);
                    e.net.connect(wide.neurons, wide.neurons,
                                  {.label = "big",
                                   .transform = Array::full({600, 600}),
                                   .trainable = false});
                    Simulator(e.net, quiet()).freeze(e.net);
                }),
        refused("a permutation", {"permutation: ", "2000000 numbers", "lower n"},
                [](Example&) { RandomStream(1).permutation(2000000); }),
        refused("a permutation that no machine holds", {"permutation: "},
                [](Example&) { RandomStream(1).permutation(1000000000000000); }),
        refused("many choices", {"choice: ", "2000000 numbers", "lower size"},
                [](Example&) { RandomStream(1).choice(3, 2000000); }),
        refused(
            "a choice from many", {"choice: ", "2000000 numbers", "lower n"},
            [](Example&) { RandomStream(1).choice(2000000, 3, {.replace = false}); }),
        refused("a Fourier transform", {"dft_half: ", "[1001, 2000]", "dimensions"},
                [](Example&) { networks::dft_half(2000); }),
        refused(
            "the way into a convolution", {"transform_in: ", "[2004, 1000]"},
            [](Example&) { networks::transform_in(1000, networks::Factor::a, false); }),
        refused("the way out of a convolution", {"transform_out: ", "[1000, 2004]"},
                [](Example&) { networks::transform_out(1000); }),
        refused("a dense form of a sparse matrix", {"SparseMatrix", "[2000, 2000]"},
                [](Example&) {
                    SparseMatrix{{2000, 2000}, {}, {}}.to_dense();
                }),
    };
}

/// An idx file of 1000 x 1200 zeros.
class IdxFile : public ::testing::Test {
protected:
    IdxFile() {
        std::ofstream file(path, std::ios::binary);
        const std::array<char, 12> header = {0, 0,      8, 2, 0, 0,
                                             3, '\xe8', 0, 0, 4, '\xb0'};
        file.write(header.data(), header.size());
        const std::vector<char> zeros(1200000);
        file.write(zeros.data(), std::ssize(zeros));
    }
    ~IdxFile() override { std::filesystem::remove(path); }

    const std::filesystem::path path =
        std::filesystem::temp_directory_path() /
        ("nengine_memory_test_" + std::to_string(std::random_device{}()) + ".idx");
};

TEST_F(IdxFile, ThatFitsOnlyAsBytesIsRefused) {
    const std::string name = "('" + path.string() + "')";
    const std::vector<std::string> texts = {name, "1200000 numbers"};
    expect_errors({
        refused(
            "load_idx", texts, [&](Example&) { load_idx(path); }, 4 * mebibyte),
        refused(
            "load_idx_tensor", texts, [&](Example&) { load_idx_tensor(path); },
            4 * mebibyte),
    });
}

TEST(Errors, OfMemoryForBuilding) {
    expect_errors(buildings());
}
TEST(Errors, OfMemoryForSolvers) {
    expect_errors(solvers());
}
TEST(Errors, OfMemoryForSimulating) {
    expect_errors(simulations());
}
TEST(Errors, OfMemoryForWhatUsersCall) {
    expect_errors(others());
}

/// A network whose function says that there is no memory when `failing`.
Network failing_network(const std::shared_ptr<bool>& failing) {
    Network net({.seed = 1});
    const auto f = [failing](std::span<const double> x) {
        if (*failing) {
            throw std::bad_alloc();
        }
        return x[0];
    };
    const Node u = net.node(0.5, {.label = "u"});
    const Node g = net.node([f](double, std::span<const double> x) { return f(x); },
                            {.label = "g", .size_in = 1});
    net.connect(u, g);
    net.connect(net.ensemble(10, 1), g, {.label = "decoded", .function = f});
    net.probe(g);
    return net;
}

TEST(Errors, WhereMemoryEndsInACallTheCallIsNamed) {
    const auto failing = std::make_shared<bool>(false);
    const Network net = failing_network(failing);
    Simulator sim(net, quiet());
    *failing = true;
    const auto expect = [](const char* call, const auto& work) {
        const std::string text = message<MemoryError>(work);
        EXPECT_EQ(text.rfind(std::string(call) + ": got ", 0), 0u) << text;
        EXPECT_NE(text.find("needs more"), text.npos) << text;
    };

    expect("run_steps", [&] { sim.run_steps(1); });
    expect("predict", [&] { sim.predict({}, {.n_steps = 1}); });
    expect("Simulator", [&] { Simulator(net, quiet()); });
    *failing = false;
    EXPECT_NO_THROW(sim.run_steps(1));
}

}  // namespace

}  // namespace nengine::test
