#pragma once

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <functional>
#include <string>
#include <vector>

#include "helpers.hpp"
#include "nengine/nengine.hpp"

// Learning rules on connections that cannot learn, or not as asked: what Nengo rejects
// is rejected with an error of matching type, which names the connection.

namespace nengine::test::learning {

struct Pair {
    Network net{NetworkOptions{.seed = 5}};
    Node u = net.node(1.0, {.label = "u"});
    Node sum = net.node({.label = "sum", .size_in = 2});
    Ensemble a = net.ensemble(12, 2, {.label = "a"});
    Ensemble b = net.ensemble(8, 2, {.label = "b"});
    Ensemble direct = net.ensemble(8, 2, {.label = "d", .neuron_type = Direct{}});

    /// With the rule, and with an error for it where it takes one.
    void learn(const ObjectView& pre, const ObjectView& post,
               const LearningRuleType& rule, ConnectionOptions options = {}) {
        options.label = "learned";
        options.learning_rule = LearningRules(rule);
        const Connection c = net.connect(pre, post, options);
        if (const std::int64_t size = c.learning_rule.size_in(); size > 0) {
            net.connect(net.node(std::vector<double>(static_cast<std::size_t>(size))),
                        c.learning_rule);
        }
    }
};

enum class Outcome { works, validation, build };

/// What comes of a network, and the message if it is an error.
inline Outcome outcome(const std::function<void(Pair&)>& make, std::string& message) {
    try {
        Pair pair;
        make(pair);
        SimulatorOptions options = quiet();
        options.on_warning = [](const std::string&) {};
        Simulator sim(pair.net, options);
        sim.run_steps(2);
        return Outcome::works;
    } catch (const ValidationError& error) {
        message = error.what();
        return Outcome::validation;
    } catch (const BuildError& error) {
        message = error.what();
        return Outcome::build;
    }
}

struct Case {
    std::string what;
    Outcome want;
    /// In the message, beside the connection's name.
    std::vector<std::string> texts;
    std::function<void(Pair&)> make;
};

inline void expect_outcomes(const std::vector<Case>& cases) {
    for (const Case& one : cases) {
        SCOPED_TRACE(one.what);
        std::string message;
        EXPECT_EQ(outcome(one.make, message), one.want) << message;
        if (one.want != Outcome::works) {
            EXPECT_THAT(message, ::testing::AllOf(::testing::HasSubstr("'learned'"),
                                                  ::testing::HasSubstr(": got "),
                                                  ::testing::HasSubstr(", needs ")));
        }
        for (const auto& text : one.texts) {
            EXPECT_THAT(message, ::testing::HasSubstr(text));
        }
    }
}

}  // namespace nengine::test::learning
