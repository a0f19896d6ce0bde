#include "tests/api/rules/keras_rules.hpp"

#include <fstream>
#include <nlohmann/json.hpp>
#include <stdexcept>

namespace nengine::test {

namespace {

using nlohmann::json;
using Numbers = std::vector<double>;

const json& document() {
    static const json all =
        json::parse(std::ifstream(NENGINE_SOURCE_DIR "/tests/keras/data/rules.json"));
    return all;
}

Array array_of(const json& of) {
    return Array(of.at("shape").get<std::vector<std::int64_t>>(),
                 of.at("parameter").get<Numbers>());
}

template <class T>
void read(const json& options, const char* name, T& member) {
    if (options.contains(name)) {
        options.at(name).get_to(member);
    }
}

Regularizer regularizer_of(const std::string& name, const json& options) {
    if (name == "L1") {
        L1 result;
        read(options, "l1", result.l1);
        return result;
    }
    if (name == "L2") {
        L2 result;
        read(options, "l2", result.l2);
        return result;
    }
    if (name == "L1L2") {
        L1L2 result;
        read(options, "l1", result.l1);
        read(options, "l2", result.l2);
        return result;
    }
    if (name == "OrthogonalRegularizer") {
        OrthogonalRegularizer result;
        read(options, "factor", result.factor);
        if (options.value("mode", "rows") == "columns") {
            result.mode = OrthogonalRegularizer::Mode::columns;
        }
        return result;
    }
    throw std::runtime_error("no regularizer " + name);
}

Constraint constraint_of(const std::string& name, const json& options) {
    if (name == "MaxNorm") {
        MaxNorm result;
        read(options, "max_value", result.max_value);
        read(options, "axis", result.axis);
        return result;
    }
    if (name == "MinMaxNorm") {
        MinMaxNorm result;
        read(options, "min_value", result.min_value);
        read(options, "max_value", result.max_value);
        read(options, "rate", result.rate);
        read(options, "axis", result.axis);
        return result;
    }
    if (name == "UnitNorm") {
        UnitNorm result;
        read(options, "axis", result.axis);
        return result;
    }
    if (name == "NonNeg") {
        return NonNeg{};
    }
    throw std::runtime_error("no constraint " + name);
}

Dense dense_of(std::int64_t units, const json& rules) {
    Dense dense{.units = units};
    for (const auto& [member, rule] : rules.items()) {
        const auto name = rule.at(0).get<std::string>();
        if (member == "kernel_regularizer") {
            dense.kernel_regularizer = regularizer_of(name, rule.at(1));
        } else if (member == "bias_regularizer") {
            dense.bias_regularizer = regularizer_of(name, rule.at(1));
        } else if (member == "kernel_constraint") {
            dense.kernel_constraint = constraint_of(name, rule.at(1));
        } else if (member == "bias_constraint") {
            dense.bias_constraint = constraint_of(name, rule.at(1));
        } else {
            throw std::runtime_error("no member " + member);
        }
    }
    return dense;
}

AnyOptimizer optimizer_of(const std::string& name, const json& options) {
    const auto with_rate = [&](auto result) {
        double rate = 0.001;
        read(options, "learning_rate", rate);
        result.learning_rate = rate;
        read(options, "weight_decay", result.weight_decay);
        read(options, "use_ema", result.use_ema);
        read(options, "ema_momentum", result.ema_momentum);
        return result;
    };
    if (name == "SGD") {
        return with_rate(SGD{.momentum = options.value("momentum", 0.0)});
    }
    if (name == "Adam") {
        return with_rate(Adam{});
    }
    if (name == "Adafactor") {
        return with_rate(Adafactor{});
    }
    throw std::runtime_error("no optimizer " + name);
}

Clipping clipping_of(const json& options) {
    Clipping clip;
    for (const auto& [name, limit] : {std::pair("clipnorm", &clip.norm),
                                      std::pair("global_clipnorm", &clip.global_norm),
                                      std::pair("clipvalue", &clip.value)}) {
        if (options.contains(name)) {
            *limit = options.at(name).get<double>();
        }
    }
    return clip;
}

}  // namespace

const std::vector<KerasRegularizer>& keras_regularizers() {
    static const auto all = [] {
        std::vector<KerasRegularizer> result;
        for (const json& of : document().at("regularizers")) {
            result.push_back({of.at("name"),
                              regularizer_of(of.at("name"), of.at("options")),
                              array_of(of), of.at("value"), of.at("gradient")});
        }
        return result;
    }();
    return all;
}

const std::vector<KerasConstraint>& keras_constraints() {
    static const auto all = [] {
        std::vector<KerasConstraint> result;
        for (const json& of : document().at("constraints")) {
            result.push_back({of.at("name"),
                              constraint_of(of.at("name"), of.at("options")),
                              array_of(of), of.at("value")});
        }
        return result;
    }();
    return all;
}

const std::vector<KerasModel>& keras_models() {
    static const auto all = [] {
        std::vector<KerasModel> result;
        for (const json& of : document().at("models")) {
            result.push_back(
                {of.at("optimizer").get<std::string>() + of.at("options").dump() +
                     of.at("first").dump() + of.at("second").dump(),
                 optimizer_of(of.at("optimizer"), of.at("options")),
                 clipping_of(of.at("options")), dense_of(3, of.at("first")),
                 dense_of(2, of.at("second")), of.at("trainable"), of.at("x"),
                 of.at("y"), of.at("start"), of.at("end"), of.at("loss"),
                 of.at("val_loss"), of.at("regularization")});
        }
        return result;
    }();
    return all;
}

}  // namespace nengine::test
