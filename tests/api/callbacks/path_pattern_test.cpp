#include "api/callbacks/path_pattern.hpp"

#include "tests/api/helpers.hpp"

namespace nengine::test {
namespace {

using ::testing::AllOf;
using ::testing::HasSubstr;

/// Of epoch 7.
std::string path(const std::string& pattern) {
    const Logs logs = {{"loss", 0.5}, {"val_p_loss", 12.34567}, {"whole", 3.0}};
    return detail::PathPattern(pattern, "Kind.path").path(7, logs).string();
}

// What Python's str.format gives.
TEST(PathPatterns, AreFilledAsPythonFillsThem) {
    EXPECT_EQ(path("plain.npz"), "plain.npz");
    EXPECT_EQ(path("a/w.{epoch:02d}-{val_p_loss:.2f}.npz"), "a/w.07-12.35.npz");
    EXPECT_EQ(path("{epoch}{epoch:d}{epoch:3d}{epoch:.1f}"), "77  77.0");
    EXPECT_EQ(path("{val_p_loss:09.3f}|{val_p_loss:.1e}|{val_p_loss:.3g}"),
              "00012.346|1.2e+01|12.3");
    EXPECT_EQ(path("{loss}"), "0.5");
    EXPECT_EQ(path("{{epoch}} {{{epoch}}}"), "{epoch} {7}");
}

TEST(PathPatterns, RefuseWhatTheyDoNotKnow) {
    for (const char* wrong :
         {"{epoch:02d", "epoch}", "{}", "{epoch:x}", "{loss:d}", "{epoch:.2d}",
          "{loss:%n}", "{loss!r}", "{loss:100000f}", "{loss:.2f:}"}) {
        EXPECT_THAT(
            message<ValidationError>([&] { path(wrong); }),
            AllOf(HasSubstr("fit: callbacks: Kind.path: got '"), HasSubstr(", needs ")))
            << wrong;
    }
}

TEST(PathPatterns, NameAValueThatTheEpochLacks) {
    EXPECT_THAT(message<ValidationError>([] { path("{val_loss:.2f}"); }),
                AllOf(HasSubstr("Kind.path: got '{val_loss}'"),
                      HasSubstr("epoch, loss, val_p_loss, whole")));
}

}  // namespace
}  // namespace nengine::test
