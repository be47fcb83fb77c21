// The one main of all test programs, for Catch2 2 and 3; compiled once, since Catch2 2's takes up to a minute.
#include <cstdlib>

#if __has_include(<catch2/catch_session.hpp>)
#include <catch2/catch_session.hpp>
#else
#define CATCH_CONFIG_RUNNER
#include <catch2/catch.hpp>
#endif

int main(int count, char** arguments) {
    Catch::Session session;
    // A case that asserts nothing fails. Only those that read ETCH_DATA_DIR may end early, where it is not set.
    if (std::getenv("ETCH_DATA_DIR") != nullptr) session.configData().warnings = Catch::WarnAbout::NoAssertions;
#if !__has_include(<catch2/catch_session.hpp>)
    // Nor may a name match no case; Catch2 3 sees to that itself.
    session.configData().warnings = Catch::WarnAbout::What(session.configData().warnings | Catch::WarnAbout::NoTests);
#endif
    const int refused = session.applyCommandLine(count, arguments);
    return refused != 0 ? refused : session.run();
}
