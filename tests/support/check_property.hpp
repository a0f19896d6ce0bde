#pragma once

#include <gtest/gtest.h>
#include <rapidcheck.h>

#include <cstdlib>
#include <sstream>
#include <string>

namespace nengine::test {

/// Tries a property on so many random cases: the same in every run of the tests, or
/// those that RC_PARAMS asks for: "max_success=5000 seed=3 max_size=60".
template <class Property>
void check_property(const std::string& claim, int cases, const Property& property) {
    rc::detail::TestParams params;
    params.seed = 1;
#ifdef __SANITIZE_ADDRESS__
    cases /= 4;  // which take fifteen times as long
#endif
    params.maxSuccess = cases;
    params.maxSize = 40;
    if (std::getenv("RC_PARAMS") != nullptr) {
        params = rc::detail::configuration().testParams;
    }
    rc::detail::TestMetadata metadata;
    metadata.id = metadata.description = claim;
    const auto result = rc::detail::checkTestable(property, metadata, params);
    std::ostringstream text;
    rc::detail::printResultMessage(result, text);
    EXPECT_TRUE(result.template is<rc::detail::SuccessResult>()) << text.str();
}

}  // namespace nengine::test
