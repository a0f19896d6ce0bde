#include "errors.hpp"

#include <typeinfo>

namespace nengine::test {

namespace {

template <class Wanted>
bool is(const std::exception& error) {
    return dynamic_cast<const Wanted*>(&error) != nullptr;
}

bool has_type(const std::exception& error, Type type) {
    switch (type) {
        case Type::validation:
            return is<ValidationError>(error);
        case Type::shape:
            return is<ShapeError>(error);
        case Type::build:
            return is<BuildError>(error);
        case Type::simulation:
            return is<SimulationError>(error) && !is<SimulatorClosed>(error);
        case Type::closed:
            return is<SimulatorClosed>(error);
        case Type::file:
            return is<FileError>(error);
        case Type::memory:
            return is<MemoryError>(error);
    }
    return false;
}

}  // namespace

void expect_errors(const std::vector<Case>& cases) {
    for (const Case& one : cases) {
        SCOPED_TRACE(one.what);
        Example example;
        try {
            one.work(example);
            ADD_FAILURE() << "no error";
        } catch (const std::exception& error) {
            const std::string message = error.what();
            EXPECT_TRUE(has_type(error, one.type))
                << typeid(error).name() << ": " << message;
            for (const auto& text : one.texts) {
                EXPECT_NE(message.find(text), message.npos)
                    << '\'' << text << "' in: " << message;
            }
        }
    }
}

}  // namespace nengine::test
