#include <optional>

#include "api/callbacks/checks.hpp"
#include "api/callbacks/make_callback.hpp"
#include "api/callbacks/remembered.hpp"
#include "api/numerics/text.hpp"
#include "engine/io/growing_file.hpp"

namespace nengine::detail {

namespace {

const std::string column_prefix = "column/";

class Csv : public CallbackBase {
public:
    explicit Csv(const CsvLogger& options) : options_(options) {
        if (options.path.empty()) {
            refuse_option("CsvLogger.path", "no name", "the name of a file");
        }
        const char c = options.separator;
        if (c == '"' || c == '\n' || c == '\r' || c == '\0') {
            refuse_option("CsvLogger.separator", "a quote, an end of line or zero",
                          "another character");
        }
    }

    void on_train_begin(Training& /*training*/) override {
        if (bytes_) {  // what was written after the checkpoint is written again
            if (std::filesystem::exists(options_.path) &&
                std::filesystem::file_size(options_.path) > *bytes_) {
                std::filesystem::resize_file(options_.path, *bytes_);
            }
        }
        file_.emplace(options_.path, options_.append || bytes_);
        has_names_ = file_->size() > 0;
    }

    void on_epoch_end(Training& /*training*/, int epoch, Logs& logs) override {
        if (columns_.empty()) {
            columns_.emplace_back("epoch");
            for (const auto& [name, value] : logs) {
                columns_.push_back(name);
            }
        }
        std::string text = has_names_ ? "" : line(columns_);
        std::vector<std::string> fields = {std::to_string(epoch)};
        for (std::size_t i = 1; i < columns_.size(); ++i) {
            const auto at = logs.find(columns_[i]);
            fields.push_back(at == logs.end() ? "NA" : number_text(at->second));
        }
        text += line(fields);
        file_->write(text);
        has_names_ = true;
    }

    void on_train_end(Training& /*training*/) override { file_.reset(); }

    /// The file's length, and its columns in their order.
    Remembered save_state() const override {
        Remembered state;
        state["bytes"] = {file_ ? static_cast<double>(file_->size()) : 0.0};
        for (std::size_t i = 0; i < columns_.size(); ++i) {
            state[column_prefix + columns_[i]] = {static_cast<double>(i)};
        }
        return state;
    }
    void load_state(const Remembered& state) override {
        bytes_ = static_cast<std::uint64_t>(remembered(state, "bytes"));
        std::map<double, std::string> columns;
        for (const auto& [name, place] : state) {
            if (name.starts_with(column_prefix)) {
                columns[place.front()] = name.substr(column_prefix.size());
            }
        }
        for (const auto& [place, name] : columns) {
            columns_.push_back(name);
        }
    }

private:
    std::string quoted(const std::string& field) const {
        if (field.find_first_of(std::string("\"\r\n") + options_.separator) ==
            std::string::npos) {
            return field;
        }
        std::string text = "\"";
        for (const char c : field) {
            text += c == '"' ? "\"\"" : std::string(1, c);
        }
        return text + '"';
    }

    std::string line(const std::vector<std::string>& fields) const {
        std::string text;
        for (const std::string& field : fields) {
            text += text.empty() ? quoted(field) : options_.separator + quoted(field);
        }
        return text + '\n';
    }

    CsvLogger options_;
    std::optional<engine::GrowingFile> file_;
    std::vector<std::string> columns_;
    bool has_names_ = false;
    std::optional<std::uint64_t> bytes_;  ///< that a checkpoint knows of
};

}  // namespace

std::shared_ptr<CallbackBase> make_callback(const CsvLogger& options) {
    return std::make_shared<Csv>(options);
}

}  // namespace nengine::detail
