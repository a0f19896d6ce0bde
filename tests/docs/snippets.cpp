#include "tests/docs/snippets.hpp"

#include <cctype>
#include <map>
#include <optional>
#include <utility>
#include <vector>

namespace nengine::test {

namespace {

struct Piece {
    std::string code;
    std::size_t line;
};

/// Statements of one test, or a program.
struct Test {
    std::string name;
    std::vector<Piece> pieces;
    std::string around = "@";  ///< where each piece takes the place of `@`
    bool is_program = false;
    std::optional<std::string> output = std::nullopt;  ///< of a program
};

struct Page {
    std::optional<Piece> setup;
    std::vector<Test> tests;
};

std::string replaced(std::string text, std::string_view what, std::string_view by) {
    for (auto at = text.find(what); at != std::string::npos;
         at = text.find(what, at + by.size())) {
        text.replace(at, what.size(), by);
    }
    return text;
}

std::string_view trimmed(std::string_view text) {
    const auto first = text.find_first_not_of(' ');
    const auto last = text.find_last_not_of(' ');
    return first == text.npos ? std::string_view()
                              : text.substr(first, last - first + 1);
}

/// "Neuron types" -> "NeuronTypes".
std::string identifier(std::string_view heading) {
    std::string result;
    bool upper = true;
    for (const char c : heading) {
        if (std::isalnum(static_cast<unsigned char>(c)) != 0) {
            result += upper ? static_cast<char>(std::toupper(c)) : c;
        }
        upper = c == ' ';
    }
    return result;
}

/// The cells of a table's row. A `\|` is a bar within a cell.
std::vector<std::string> cells_of(std::string_view row) {
    std::vector<std::string> cells;
    std::string cell;
    for (std::size_t i = 1; i < row.size(); ++i) {
        if (row[i] == '|' && row[i - 1] == '\\') {
            cell.back() = '|';
        } else if (row[i] == '|') {
            cells.emplace_back(trimmed(cell));
            cell.clear();
        } else {
            cell += row[i];
        }
    }
    return cells;
}

/// What stands between backquotes.
std::vector<std::string> code_in(std::string_view cell) {
    std::vector<std::string> result;
    for (auto begin = cell.find('`'); begin != cell.npos;) {
        const auto end = cell.find('`', begin + 1);
        if (end == cell.npos) {
            break;
        }
        result.emplace_back(cell.substr(begin + 1, end - begin - 1));
        begin = cell.find('`', end + 1);
    }
    return result;
}

class Reader {
public:
    Reader(std::string_view page, std::string name) : name_(std::move(name)) {
        while (!page.empty()) {
            const auto end = page.find('\n');
            lines_.push_back(page.substr(0, end));
            page.remove_prefix(end == page.npos ? page.size() : end + 1);
        }
    }

    Page read() {
        while (at_ < lines_.size()) {
            const auto line = lines_[at_];
            if (line.starts_with("```")) {
                read_block(line.substr(3));
            } else if (line.starts_with("|")) {
                read_table();
            } else if (line.starts_with("<!-- c++:")) {
                read_comment();
            } else if (line.starts_with("#")) {
                heading_ = identifier(line);
                ++at_;
            } else {
                ++at_;
            }
        }
        if (comment_) {
            fail(lines_.size(), "a comment `c++:` with no block or table after it");
        }
        return std::move(page_);
    }

private:
    [[noreturn]] void fail(std::size_t line, const std::string& what) const {
        throw PageError(name_ + ":" + std::to_string(line) + ": " + what);
    }

    Test& add_test() {
        last_program_ = nullptr;  // the list may move
        const int count = ++n_tests_[heading_];
        page_.tests.push_back({.name = heading_ + std::to_string(count), .pieces = {}});
        if (comment_) {
            page_.tests.back().around = *std::exchange(comment_, std::nullopt);
        }
        return page_.tests.back();
    }

    void read_comment() {
        const auto line = trimmed(lines_[at_]);
        if (comment_ || !line.ends_with("-->")) {
            fail(at_ + 1, "a comment `c++:` that does not end, or two of them");
        }
        comment_ = trimmed(line.substr(9, line.size() - 12));
        ++at_;
    }

    void read_block(std::string_view language) {
        const std::size_t first = ++at_;
        std::string text;
        for (; at_ < lines_.size() && lines_[at_] != "```"; ++at_) {
            text += std::string(lines_[at_]) + "\n";
        }
        if (at_++ == lines_.size()) {
            fail(first, "a block that does not end");
        }
        Test* const program = std::exchange(last_program_, nullptr);
        if (language == "text" && program != nullptr) {
            program->output = text;
        } else if (language == "cpp" && comment_ == "setup") {
            comment_.reset();
            page_.setup = Piece{text, first + 1};
        } else if (language == "cpp") {
            Test& test = add_test();
            test.pieces.push_back({text, first + 1});
            test.is_program = text.find("int main()") != text.npos;
            last_program_ = test.is_program ? &test : nullptr;
        } else {
            last_program_ = program;
        }
    }

    void read_table() {
        const auto head = cells_of(lines_[at_]);
        const bool ours = !head.empty() && head.back() == "nengine";
        std::vector<Piece> pieces;
        for (; at_ < lines_.size() && lines_[at_].starts_with("|"); ++at_) {
            const auto cells = cells_of(lines_[at_]);
            if (ours && !cells.empty()) {
                for (auto& code : code_in(cells.back())) {
                    pieces.push_back({std::move(code), at_ + 1});
                }
            }
        }
        if (!pieces.empty()) {
            add_test().pieces = std::move(pieces);
        }
    }

    std::string name_, heading_ = "Page";
    std::vector<std::string_view> lines_;
    std::size_t at_ = 0;
    std::map<std::string, int> n_tests_;
    std::optional<std::string> comment_;
    Test* last_program_ = nullptr;
    Page page_;
};

std::string with_line(const Piece& piece, const std::string& name,
                      const std::string& text) {
    return "#line " + std::to_string(piece.line) + " \"" + name + "\"\n" + text + "\n";
}

/// The program as a function `run` in a namespace of its own.
std::string function_of(const Test& program, const std::string& name) {
    std::string code;
    std::string_view rest = program.pieces[0].code;
    while (!rest.empty()) {
        const auto line = rest.substr(0, rest.find('\n'));
        code += std::string(line.starts_with("#include") ? "" : line) + "\n";
        rest.remove_prefix(line.size() + 1);
    }
    return "namespace program_" + program.name + " {\n" +
           with_line(program.pieces[0], name,
                     replaced(code, "int main()", "void run()")) +
           "}\n";
}

std::string body_of(const Test& test, const Page& page, const std::string& name) {
    if (test.is_program) {
        const std::string run = "program_" + test.name + "::run();\n";
        if (!test.output) {
            return run;
        }
        return "::testing::internal::CaptureStdout();\n" + run +
               "EXPECT_EQ(::testing::internal::GetCapturedStdout(),\nR\"text(" +
               *test.output + ")text\");\n";
    }
    std::string body;
    if (page.setup) {
        body += with_line(*page.setup, name, page.setup->code);
    }
    for (const auto& piece : test.pieces) {
        body += with_line(piece, name,
                          "{ " + replaced(test.around, "@", piece.code) + "\n; }");
    }
    return body + (page.setup ? "simulate(net);\n" : "");
}

}  // namespace

std::string make_tests(std::string_view text, const std::string& name,
                       const std::string& suite) {
    const Page page = Reader(text, name).read();
    std::string result =
        "// From " + name + "\n#include \"tests/docs/page_test.hpp\"\n";
    for (const auto& test : page.tests) {
        if (test.is_program) {
            result += function_of(test, name);
        }
        result += "TEST(" + suite + ", " + test.name + ") {\n" +
                  body_of(test, page, name) + "}\n";
    }
    return result;
}

}  // namespace nengine::test
