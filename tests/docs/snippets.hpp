#pragma once

#include <stdexcept>
#include <string>
#include <string_view>

namespace nengine::test {

/// A page that cannot be made a test of.
class PageError : public std::runtime_error {
public:
    using std::runtime_error::runtime_error;
};

/// A test program that runs the C++ of a page in Markdown as it stands there:
///
/// - A block marked as cpp is a test. If it has an `int main()` it is a whole program,
///   and what it prints must be the next block marked as text, if there is one before
///   the next block of code.
/// - Of a table whose last column is headed `nengine`, each piece of code in that
///   column is a statement; the table is a test.
/// - `<!-- c++: setup -->` before a block: its statements come first in every test.
/// - `<!-- c++: f(@); -->` before a block or table: each piece of code takes the place
///   of `@`.
///
/// Each test ends by simulating a few steps of the network `net` of the setup.
///
/// @param name   of the page, for compilers' messages
/// @param suite  of the tests; they are called after the headings that they come under
/// @throws PageError  a block without end, or a comment that stands before nothing
std::string make_tests(std::string_view page, const std::string& name,
                       const std::string& suite);

}  // namespace nengine::test
