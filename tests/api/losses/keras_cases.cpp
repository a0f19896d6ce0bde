#include "tests/api/losses/keras_cases.hpp"

#include <cstdlib>
#include <fstream>
#include <nlohmann/json.hpp>

namespace nengine::test {

namespace {

using nlohmann::json;

const json& document() {
    static const json all = [] {
        std::ifstream file(std::string(NENGINE_SOURCE_DIR) +
                           "/tests/keras/losses.json");
        return json::parse(file);
    }();
    return all;
}

/// NaN and infinity are words.
double number(const json& value) {
    return value.is_string() ? std::strtod(value.get<std::string>().c_str(), nullptr)
                             : value.get<double>();
}

void append(std::vector<double>& to, const json& values) {
    if (!values.is_array()) {
        to.push_back(number(values));
        return;
    }
    for (const json& value : values) {
        append(to, value);
    }
}

std::vector<double> numbers(const json& of, const char* key) {
    std::vector<double> result;
    if (of.contains(key)) {
        append(result, of.at(key));
    }
    return result;
}

Array matrix(const json& rows) {
    std::vector<double> values;
    append(values, rows);
    return Array({static_cast<std::int64_t>(rows.size()),
                  static_cast<std::int64_t>(rows.front().size())},
                 values);
}

std::vector<Array> matrices(const json& all) {
    std::vector<Array> result;
    for (const json& one : all) {
        result.push_back(matrix(one));
    }
    return result;
}

}  // namespace

const std::vector<KerasLoss>& keras_losses() {
    static const std::vector<KerasLoss> all = [] {
        std::vector<KerasLoss> result;
        for (const json& of : document().at("losses")) {
            result.push_back({of.at("name"), matrix(of.at("target")),
                              matrix(of.at("output")), numbers(of, "values"),
                              number(of.at("mean")), numbers(of, "gradient"),
                              of.value("tolerance", 1e-12)});
        }
        return result;
    }();
    return all;
}

const std::vector<KerasSums>& keras_sums() {
    static const std::vector<KerasSums> all = [] {
        std::vector<KerasSums> result;
        for (const json& of : document().at("sums")) {
            result.push_back({of.at("name"), matrices(of.at("targets")),
                              matrices(of.at("outputs")), number(of.at("result")),
                              of.value("tolerance", 1e-12)});
        }
        return result;
    }();
    return all;
}

}  // namespace nengine::test
