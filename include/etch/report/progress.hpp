#pragma once
#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <cstdio>
#include <ctime>

#include <etch/report/build_notice.hpp>
#include <etch/report/terminal.hpp>
#include <etch/training/trainer.hpp>

namespace etch::inline ETCH_VARIANT {

/// How a progress bar is shown.
struct progress_options {
    enum class kind { detect, live, plain };

    std::FILE* stream = stdout;
    kind show = kind::detect;  ///< live on a terminal, plain elsewhere
    std::size_t width = 0;     ///< columns of the live line; 0: the width of the terminal at each redraw
};

namespace internal {

/// Seconds since some starting point. Not <chrono>: parsing that would add a tenth to the compile time of a small
/// program. If the C library lacks timespec_get (mingw-w64, Android before 10), std::clock is used: on Windows the time
/// since the program started, elsewhere its processor time.
template <class Time = ::timespec>
double seconds_now() noexcept {
#if defined(TIME_UTC)
    if constexpr (requires(Time now) { timespec_get(&now, TIME_UTC); }) {
        Time now{};
        (void)timespec_get(&now, TIME_UTC);
        return static_cast<double>(now.tv_sec) + static_cast<double>(now.tv_nsec) / 1e9;
    } else
#endif
        return static_cast<double>(std::clock()) / static_cast<double>(CLOCKS_PER_SEC);
}

/// A short text without heap.
struct short_text {
    char text[48] = {};
    std::size_t length = 0;

    template <class... Arguments>
    short_text& add(const char* format, Arguments... arguments) noexcept {
        const int written = std::snprintf(text + length, sizeof text - length, format, arguments...);
        if (written > 0) length = (std::min)(sizeof text - 1, length + static_cast<std::size_t>(written));
        return *this;
    }
    short_text& add(const char* words) noexcept { return add("%s", words); }

    /// Six characters or so: 0.1234, 12.345, 1.2e-05.
    short_text& add_number(double x) noexcept {
        const double size = x < 0 ? -x : x;
        if (size != 0 && !(size >= 1e-3 && size < 1e5)) return add("%.1e", x);
        return add(size < 10 ? "%.4f" : size < 100 ? "%.3f" : "%.1f", x);
    }
    short_text& add_rate(double each_second) noexcept {
        if (each_second < 1e3) return add("%.0f", each_second);
        if (each_second < 1e6) return add("%.1fk", each_second / 1e3);
        return add("%.1fM", each_second / 1e6);
    }
    short_text& add_time(double seconds) noexcept {
        const auto s = static_cast<unsigned long>(seconds < 0 ? 0 : seconds < 3.6e6 ? seconds + 0.5 : 3.6e6);
        if (s >= 3600) return add("%lu:%02lu:%02lu", s / 3600, s / 60 % 60, s % 60);
        return add("%lu:%02lu", s / 60, s % 60);
    }
};

}  // namespace internal

/// Shows the progress of a fit, as its callback. On a terminal it is one live line that fits the terminal's width and
/// is drawn at most ten times per second, each time in one write; elsewhere, for example in a file, it is one plain
/// line per epoch.
///
///     trainer.fit(net, train, {.epochs = 40, .validation = validation}, etch::progress_bar{});
///
/// It is complete when the last epoch ends. If training ends earlier, `finish` or the destructor ends its line. If
/// passed to a fit directly, it ends with a line on how many epochs there were, why they ended, which was best and what
/// is probably a mistake. Samples per second and the remaining time are averages since the start, validation included.
/// The first line is `build_notice`, if the build is slower than it needs to be. Allocates nothing. To combine it with
/// a callback of your own: [&](const auto& record) { bar(record); ... }.
class progress_bar {
public:
    explicit progress_bar(progress_options options = {}) noexcept
        : options_{options},
          live_{options.show == progress_options::kind::live ||
                (options.show == progress_options::kind::detect && internal::is_terminal(options.stream))} {}
    progress_bar(const progress_bar&) = delete;
    progress_bar& operator=(const progress_bar&) = delete;
    ~progress_bar() { finish(); }

    template <class T>
    void operator()(const step_record<T>& step) noexcept {
        const double now = internal::seconds_now();
        const std::uint64_t before = samples_;
        epochs_ = step.epochs;
        samples_ = static_cast<std::uint64_t>(step.epoch - 1) * step.epoch_samples + step.samples;
        constexpr std::uint64_t most = ~std::uint64_t{0};
        in_all_ = step.epoch_samples != 0 && step.epochs > most / step.epoch_samples
                      ? most
                      : static_cast<std::uint64_t>(step.epochs) * step.epoch_samples;
        if (samples_ <= before || begin_ == 0) {  // a fit starts; its first update is not timed
            begin_ = now;
            first_samples_ = samples_;
            validated_ = false;
        }
        epoch_ = step.epoch;
        loss_ = static_cast<double>(step.loss);
        now_ = now;
        if (live_ && now - drawn_ >= seconds_between_draws) draw();
    }

    template <class T>
    void operator()(const epoch_record<T>& epoch) noexcept {
        epoch_ = epoch.epoch;
        loss_ = static_cast<double>(epoch.training_loss);
        validation_ = static_cast<double>(epoch.validation_loss);
        accuracy_ = static_cast<double>(epoch.validation_accuracy);
        validated_ = validation_ != 0 || accuracy_ != 0;
        rate_ = static_cast<double>(epoch.learning_rate);
        now_ = internal::seconds_now();
        const bool last = epoch_ == epochs_;
        if (!live_)
            write_plain();
        else if (last || now_ - drawn_ >= seconds_between_draws)
            draw();
        if (last) finish();
    }

    /// Ends the live line, so that other output may follow. The next call starts a new one.
    void finish() noexcept {
        if (open_) {
            draw(true);  // the progress since the last redraw
            std::fputc('\n', options_.stream);
            std::fflush(options_.stream);
        }
        open_ = false;
        begin_ = drawn_ = 0;
    }

    /// The same at the end of a fit, which calls it, and a line on how many epochs there were, why they ended, which
    /// was best and what is probably a mistake.
    template <class T>
    void finish(const fit_result<T>& result) noexcept {
        finish();
        std::fprintf(options_.stream, "%s\n", result.message().c_str());
        std::fflush(options_.stream);
    }

private:
    static constexpr double seconds_between_draws = 0.1;
    static constexpr std::size_t gap = 2, shortest_bar = 8, longest_bar = 30;
    enum part : std::size_t { position, bar, loss, validation, accuracy, rate, speed, time, parts };

    [[nodiscard]] internal::short_text position_text() const noexcept {
        internal::short_text text;
        int digits = 1;
        for (std::size_t n = epochs_; n >= 10; n /= 10) ++digits;
        text.add("epoch %*zu", digits, epoch_);
        return epochs_ > 0 ? text.add("/%zu", epochs_) : text;
    }
    [[nodiscard]] double samples_a_second() const noexcept {
        return now_ > begin_ ? static_cast<double>(samples_ - first_samples_) / (now_ - begin_) : 0;
    }
    [[nodiscard]] double seconds_left() const noexcept {
        const double speed_now = samples_a_second();
        return speed_now > 0 ? static_cast<double>(in_all_ - samples_) / speed_now : 0;
    }

    /// Prints once what makes the build slow.
    void give_notice() noexcept {
        if (!noticed_) std::fputs(build_notice, options_.stream);
        noticed_ = true;
    }

    void write_plain() noexcept {
        give_notice();
        internal::short_text found[4];
        found[0].add("loss ").add_number(loss_);
        if (validated_) found[1].add("  validation ").add_number(validation_);
        if (accuracy_ != 0) found[1].add("  accuracy %.2f %%", 100 * accuracy_);
        found[2].add("  rate %.2e", rate_);
        if (samples_a_second() > 0) found[3].add("  ").add_rate(samples_a_second()).add(" samples/s");
        std::fprintf(options_.stream, "%s  %s%s%s%s\n", position_text().text, found[0].text, found[1].text,
                     found[2].text, found[3].text);
        std::fflush(options_.stream);
    }

    void draw(bool over = false) noexcept {
        give_notice();
        internal::short_text texts[parts];
        texts[position] = position_text();
        texts[loss].add("loss ").add_number(loss_);
        if (validated_) texts[validation].add("val ").add_number(validation_);
        if (accuracy_ != 0) texts[accuracy].add("acc %.1f%%", 100 * accuracy_);
        if (rate_ != 0) texts[rate].add("lr %.1e", rate_);
        if (samples_a_second() > 0) {
            texts[speed].add_rate(samples_a_second()).add("/s");
            if (!over)
                texts[time].add_time(seconds_left()).add(" left");
            else
                texts[time].add_time(now_ - begin_);
        }

        // The most important part comes first; what does not fit is left out.
        const std::size_t columns = options_.width > 0 ? options_.width : internal::terminal_width(options_.stream);
        const std::size_t room = (std::min)(columns - 1, sizeof line_ - 16);  // the last column would wrap
        std::size_t used = 0;
        bool shown[parts] = {};
        for (const part p : {position, loss, time, validation, accuracy, bar, speed, rate}) {
            const std::size_t length = p == bar ? shortest_bar : texts[p].length;
            if (length == 0 || used + (used > 0 ? gap : 0) + length > room) continue;
            used += (used > 0 ? gap : 0) + length;
            shown[p] = true;
        }
        const std::size_t bar_length = (std::min)(longest_bar, shortest_bar + (room - used));

        std::size_t end = 0;
        const auto put = [&](const char* from, std::size_t length) {
            end = static_cast<std::size_t>(std::copy_n(from, length, line_ + end) - line_);
        };
        put("\r", 1);
        bool first = true;
        for (std::size_t p = 0; p < parts; ++p) {
            if (!shown[p]) continue;
            if (!first) put("  ", gap);
            first = false;
            if (p != bar) {
                put(texts[p].text, texts[p].length);
            } else {
                const std::size_t inside = bar_length - 2;
                const double share = in_all_ > 0 ? static_cast<double>(samples_) / static_cast<double>(in_all_) : 0;
                const auto filled = (std::min)(inside, static_cast<std::size_t>(share * static_cast<double>(inside)));
                put("[", 1);
                for (std::size_t i = 0; i < inside; ++i) put(i < filled ? "=" : i == filled ? ">" : " ", 1);
                put("]", 1);
            }
        }
        put("\x1b[K", 3);  // erases the rest of a longer line
        std::fwrite(line_, 1, end, options_.stream);
        std::fflush(options_.stream);
        open_ = true;
        drawn_ = now_;
    }

    progress_options options_;
    bool live_, open_ = false, validated_ = false, noticed_ = false;
    std::size_t epoch_ = 0, epochs_ = 0;
    std::uint64_t samples_ = 0, in_all_ = 0, first_samples_ = 0;  // of the whole fit
    double loss_ = 0, validation_ = 0, accuracy_ = 0, rate_ = 0;
    double begin_ = 0, now_ = 0, drawn_ = 0;  // seconds
    char line_[512] = {};
};

}  // namespace etch::inline ETCH_VARIANT
