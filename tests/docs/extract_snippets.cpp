// extract_snippets PAGE SUITE OUT: writes the tests of a page, see snippets.hpp.

#include <cstdio>
#include <filesystem>
#include <fstream>
#include <iterator>

#include "tests/docs/snippets.hpp"

int main(int argc, char** argv) try {
    if (argc != 4) {
        std::fprintf(stderr, "usage: extract_snippets PAGE SUITE OUT\n");
        return 2;
    }
    std::ifstream in(argv[1]);
    const std::string page(std::istreambuf_iterator<char>(in), {});
    std::ofstream out(argv[3]);
    out << nengine::test::make_tests(page, argv[1], argv[2]);
    return in && out.flush() ? 0 : 1;
} catch (const nengine::test::PageError& error) {
    std::fprintf(stderr, "%s\n", error.what());
    return 1;
}
