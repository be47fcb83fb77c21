#include <etch/report/progress.hpp>

#include <cstdlib>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#if __has_include(<unistd.h>) && __has_include(<sys/ioctl.h>)
#include <fcntl.h>
#include <sys/ioctl.h>
#include <unistd.h>
#endif

#include "support/catch.hpp"

#include <etch/data/data_set.hpp>
#include <etch/layer/dense.hpp>
#include <etch/layer/sigmoid.hpp>
#include <etch/loss/binary_cross_entropy.hpp>
#include <etch/optimizer/adam.hpp>

namespace {

using kind = etch::progress_options::kind;

// A stream in a temporary file, and what was written to it.
class recorded {
public:
    [[nodiscard]] std::FILE* stream() const { return file_.get(); }
    // All of it, but for what the bar first says of a slow build.
    [[nodiscard]] std::string text() const {
        const std::string notice = etch::build_notice, all = everything();
        CHECK(all.compare(0, notice.size(), notice) == 0);
        return all.substr(all.empty() ? 0 : notice.size());
    }
    [[nodiscard]] std::string everything() const {
        std::string all;
        std::rewind(file_.get());
        for (int c = std::fgetc(file_.get()); c != EOF; c = std::fgetc(file_.get())) all += static_cast<char>(c);
        return all;
    }

private:
    struct close {
        void operator()(std::FILE* file) const { std::fclose(file); }
    };
    std::unique_ptr<std::FILE, close> file_{std::tmpfile()};
};

std::vector<std::string> split_at(const std::string& text, char separator) {
    std::vector<std::string> pieces{""};
    for (const char c : text)
        if (c == separator)
            pieces.emplace_back();
        else
            pieces.back() += c;
    return pieces;
}

bool contains(const std::string& text, const std::string& part) { return text.find(part) != std::string::npos; }

constexpr const char* erase_to_end = "\x1b[K";

// What each drawing put on the line.
std::vector<std::string> drawings(const std::string& text) {
    std::vector<std::string> drawn = split_at(text, '\r');
    CHECK(drawn.front().empty());  // nothing before the first
    drawn.erase(drawn.begin());
    for (std::string& line : drawn) {
        const std::size_t end = line.find(erase_to_end);
        REQUIRE(end != std::string::npos);
        line.resize(end);
    }
    return drawn;
}

template <class T = float>
etch::step_record<T> step(std::size_t epoch, std::size_t epochs, std::size_t samples, std::size_t of, T loss) {
    etch::step_record<T> record;
    record.epoch = epoch;
    record.epochs = epochs;
    record.samples = samples;
    record.epoch_samples = of;
    record.loss = loss;
    return record;
}

template <class T = float>
etch::epoch_record<T> epoch(std::size_t number, T loss, T validation, T accuracy, T rate) {
    etch::epoch_record<T> record;
    record.epoch = number;
    record.training_loss = loss;
    record.validation_loss = validation;
    record.validation_accuracy = accuracy;
    record.learning_rate = rate;
    return record;
}

void wait(double seconds) {
    for (const double begin = etch::internal::seconds_now(); etch::internal::seconds_now() < begin + seconds;) {
    }
}

// Two epochs of four updates, each drawn at once, as a slow training would be.
void slow_fit(etch::progress_bar& bar) {
    for (std::size_t e = 1; e <= 2; ++e) {
        for (std::size_t s = 1; s <= 4; ++s) {
            wait(0.11);
            bar(step(e, 2, 10 * s, 40, 0.75f));
        }
        bar(epoch(e, 0.5f, 0.25f, 0.875f, 1e-3f));
    }
}

using gate = etch::network<etch::input<2>, etch::dense<4>, etch::sigmoid, etch::dense<1>, etch::sigmoid>;
using gate_trainer = etch::trainer<gate, etch::binary_cross_entropy, etch::adam, 4>;

etch::data_set<2, 1> exclusive_or() {
    etch::data_set<2, 1> set;
    for (int i = 0; i < 4; ++i)
        set.push_back({static_cast<float>(i / 2), static_cast<float>(i % 2)}, {static_cast<float>(i == 1 || i == 2)});
    return set;
}

}  // namespace

TEST_CASE("elsewhere than on a terminal there is one plain line per epoch, and one at the end", "[progress]") {
    const recorded out;
    gate net{etch::seed{1}};
    gate_trainer trainer;
    const auto data = exclusive_or();
    const auto result =
        trainer.fit(net, data, {.epochs = 3, .validation = data}, etch::progress_bar{{.stream = out.stream()}});
    REQUIRE(result.ok());
    const auto lines = split_at(out.text(), '\n');
    REQUIRE(lines.size() == 5);
    CHECK(lines[3] == result.message());
    CHECK(lines[4].empty());
    for (std::size_t i = 0; i < 3; ++i) {
        INFO(lines[i]);
        CHECK(lines[i].find("epoch " + std::to_string(i + 1) + "/3  loss 0.") == 0);
        CHECK(contains(lines[i], "  validation 0."));
        CHECK(contains(lines[i], "  accuracy "));
        CHECK(contains(lines[i], "  rate 1.00e-03"));
        CHECK_FALSE(contains(lines[i], "\r"));
        CHECK_FALSE(contains(lines[i], "\x1b"));
    }
}

TEST_CASE("a build is called slow where it is, with the cure", "[progress]") {
    using etch::internal::notice_of_build;
    using text = std::string_view;
    STATIC_REQUIRE(text(notice_of_build(true, true, true)).empty());
    STATIC_REQUIRE(text(notice_of_build(true, false, false)).empty());  // there is nothing to be done
    STATIC_REQUIRE(text(notice_of_build(false, true, true)).ends_with(": add -O2\n"));
    STATIC_REQUIRE(text(notice_of_build(true, false, true)).find("add -march=x86-64-v3") != text::npos);
#if defined(__OPTIMIZE__) && (defined(__FMA__) || defined(__aarch64__))
    STATIC_REQUIRE(text(etch::build_notice).empty());
#elif defined(__GNUC__) && !defined(__OPTIMIZE__)
    STATIC_REQUIRE(text(etch::build_notice).find("without optimization") != text::npos);
#elif defined(__x86_64__)
    STATIC_REQUIRE(text(etch::build_notice).find("every x86 processor") != text::npos);
#endif

    const recorded out;
    {
        etch::progress_bar bar{{.stream = out.stream()}};
        bar(epoch(1, 0.5f, 0.0f, 0.0f, 0.01f));
        bar(epoch(1, 0.5f, 0.0f, 0.0f, 0.01f));
    }
    CHECK(out.everything() == std::string(etch::build_notice) + out.text());  // once
    CHECK(out.text().find("etch:") == std::string::npos);
}

TEST_CASE("what was not measured is not shown", "[progress]") {
    const recorded out;
    {
        etch::progress_bar bar{{.stream = out.stream()}};
        bar(epoch(1, 0.5f, 0.0f, 0.0f, 0.01f));
        bar(epoch(2, 0.25f, 0.125f, 0.0f, 0.01f));
    }
    CHECK(out.text() ==
          "epoch 1  loss 0.5000  rate 1.00e-02\nepoch 2  loss 0.2500  validation 0.1250  rate 1.00e-02\n");
}

TEST_CASE("a live line shows where the fit stands and ends complete", "[progress]") {
    const recorded out;
    {
        etch::progress_bar bar{{.stream = out.stream(), .show = kind::live, .width = 120}};
        slow_fit(bar);
        const std::string text = out.text();
        REQUIRE(!text.empty());
        CHECK(text.back() == '\n');  // before the destructor
    }
    const std::string text = out.text();
    CHECK(split_at(text, '\n').size() == 2);
    const auto lines = drawings(text);
    REQUIRE(lines.size() >= 8);
    CHECK(contains(lines[0], "epoch 1/2  [===>"));  // an eighth of 28
    CHECK(contains(lines[0], "loss 0.7500"));
    CHECK_FALSE(contains(lines[0], "val"));
    CHECK(contains(lines[5], "epoch 2/2"));
    CHECK(contains(lines[5], "val 0.2500  acc 87.5%  lr 1.0e-03"));
    CHECK(contains(lines[5], " left"));
    CHECK(contains(lines.back(), "[============================]  loss 0.5000  val 0.2500"));
    CHECK_FALSE(contains(lines.back(), "left"));
    CHECK(contains(lines.back(), "/s  0:"));  // what it took
}

TEST_CASE("a live line leaves the last column free at every width", "[progress]") {
    std::size_t longest = 0;
    for (std::size_t width : {1u, 2u, 9u, 20u, 33u, 47u, 60u, 80u, 200u, 5000u}) {
        INFO("width " << width);
        const recorded out;
        {
            etch::progress_bar bar{{.stream = out.stream(), .show = kind::live, .width = width}};
            bar(step(1, 1000, 10, 60000, 0.75f));
            wait(0.11);
            bar(epoch(1, 123456.0f, 1e-9f, 1.0f, 1e-3f));
            wait(0.11);
            bar(step(2, 1000, 20, 60000, 0.75f));
        }
        CHECK(out.text().back() == '\n');  // by the destructor
        const auto lines = drawings(out.text());
        CHECK(lines.size() >= 2);
        for (const std::string& line : lines) {
            CHECK(line.size() < width);
            longest = std::max(longest, line.size());
            if (width >= 33) CHECK(contains(line, "loss"));  // what matters most stays longest
            if (width >= 20) CHECK(contains(line, "/1000"));
        }
    }
    CHECK(longest < 120);  // there is nothing more to say, however wide the terminal
}

TEST_CASE("a live line is drawn about ten times a second, however many updates there are", "[progress]") {
    const recorded out;
    const double begin = etch::internal::seconds_now();
    std::size_t updates = 0;
    {
        etch::progress_bar bar{{.stream = out.stream(), .show = kind::live, .width = 80}};
        for (; etch::internal::seconds_now() < begin + 0.55; ++updates) bar(step(1, 1, updates + 1, 1000000000, 0.5f));
    }
    const double seconds = etch::internal::seconds_now() - begin;
    REQUIRE(updates > 1000);
    const std::size_t drawn = drawings(out.text()).size();
    CHECK(drawn >= 2);
    CHECK(static_cast<double>(drawn) <= 10 * seconds + 3);  // the first, and the one that ends it
}

TEST_CASE("a fit that stops early leaves a line that has ended, and the bar serves the next fit", "[progress]") {
    const recorded out;
    etch::progress_bar bar{{.stream = out.stream(), .show = kind::live, .width = 80}};
    bar(step(1, 50, 4, 4, 0.5f));
    bar(epoch(1, 0.5f, 0.5f, 0.5f, 1e-3f));
    CHECK(out.text().back() != '\n');
    bar.finish();
    const std::string ended = out.text();
    CHECK(ended.back() == '\n');
    bar.finish();
    CHECK(out.text() == ended);  // once is enough
    bar(step(1, 2, 4, 4, 0.125f));
    CHECK(contains(out.text().substr(ended.size()), "epoch 1/2"));
    bar.finish();
    CHECK(out.text().back() == '\n');
}

TEST_CASE("times, rates and numbers keep to a few characters", "[progress]") {
    const auto time = [](double s) { return std::string{etch::internal::short_text{}.add_time(s).text}; };
    CHECK(time(0) == "0:00");
    CHECK(time(59.6) == "1:00");
    CHECK(time(754) == "12:34");
    CHECK(time(3661) == "1:01:01");
    CHECK(time(-1) == "0:00");
    CHECK(time(1e300) == "1000:00:00");
    const auto rate = [](double r) { return std::string{etch::internal::short_text{}.add_rate(r).text}; };
    CHECK(rate(812) == "812");
    CHECK(rate(12345) == "12.3k");
    CHECK(rate(2.5e6) == "2.5M");
    const auto number = [](double x) { return std::string{etch::internal::short_text{}.add_number(x).text}; };
    CHECK(number(0) == "0.0000");
    CHECK(number(0.12345) == "0.1235");
    CHECK(number(12.345) == "12.345");
    CHECK(number(-4321.0) == "-4321.0");
    CHECK(number(1e-5) == "1.0e-05");
    CHECK(number(1e9) == "1.0e+09");
    CHECK(number(std::strtod("nan", nullptr)).find("nan") != std::string::npos);
}

TEST_CASE("a file is no terminal", "[progress]") {
    const recorded out;
    CHECK_FALSE(etch::internal::is_terminal(out.stream()));
    CHECK(etch::internal::terminal_width(out.stream()) > 0);
}

#if __has_include(<unistd.h>) && __has_include(<sys/ioctl.h>)
TEST_CASE("on a terminal the line is live and as wide as the terminal says", "[progress]") {
    const int master = posix_openpt(O_RDWR | O_NOCTTY);
    if (master < 0 || grantpt(master) != 0 || unlockpt(master) != 0) return;  // no pseudo-terminals here
    std::FILE* const terminal = std::fopen(ptsname(master), "w");
    REQUIRE(terminal != nullptr);
    winsize size{};
    size.ws_col = 41;
    REQUIRE(ioctl(master, TIOCSWINSZ, &size) == 0);
    setenv("TERM", "xterm", 1);
    CHECK(etch::internal::is_terminal(terminal));
    CHECK(etch::internal::terminal_width(terminal) == 41);
    {
        etch::progress_bar bar{{.stream = terminal}};
        bar(step(1, 10, 3, 60, 0.75f));
    }
    setenv("TERM", "dumb", 1);
    CHECK_FALSE(etch::internal::is_terminal(terminal));
    std::string text;
    bool has_notice = *etch::build_notice != 0;
    while (has_notice || text.empty()) {  // what was written arrives in pieces, a line with the notice first
        char got[512];
        const ssize_t length = read(master, got, sizeof got);
        if (length <= 0) break;
        text.append(got, static_cast<std::size_t>(length));
        const std::size_t end = text.find('\n');
        if (!has_notice || end == text.npos) continue;
        text.erase(0, end + 1);
        has_notice = false;
    }
    REQUIRE(!text.empty());
    CHECK(text.front() == '\r');
    for (const std::string& line : split_at(text, '\r')) CHECK(line.size() < 41 + std::string{erase_to_end}.size());
    std::fclose(terminal);
    close(master);
}
#endif
