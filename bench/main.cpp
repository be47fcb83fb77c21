// Runs every row that the contestants registered and prints the table. See README.md for the measurement.
#include <sched.h>
#include <unistd.h>
#if defined(__SSE__)
#include <xmmintrin.h>
#endif

#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <fstream>
#include <map>
#include <regex>

#include "contestant.hpp"
#include "report.hpp"

namespace bench {

namespace {

struct entry {
    std::string row, contestant;
};

std::vector<entry>& entries() {
    static std::vector<entry> all;
    return all;
}

/// Collects Google Benchmark's measurements and prints nothing.
class collector : public benchmark::BenchmarkReporter {
public:
    bool ReportContext(const Context&) override { return true; }
    void ReportRuns(const std::vector<Run>& runs) override {
        for (const Run& run : runs)
            if (run.run_type == Run::RT_Iteration) runs_.push_back(run);
    }
    std::vector<Run> runs_;
};

/// The same core for every contestant, and one thread. Libraries read these settings when they are loaded, so the
/// program sets them and restarts itself.
void settle(char** arguments) {
    if (std::getenv("ETCH_BENCH_SETTLED") != nullptr) return;
    cpu_set_t allowed;
    if (sched_getaffinity(0, sizeof allowed, &allowed) == 0) {
        int last = CPU_SETSIZE - 1;
        while (last > 0 && !CPU_ISSET(last, &allowed)) --last;  // the first core serves most interrupts
        cpu_set_t one;
        CPU_ZERO(&one);
        CPU_SET(last, &one);
        if (sched_setaffinity(0, sizeof one, &one) != 0) std::fputs("etch: the core could not be pinned\n", stderr);
    }
    for (const char* name : {"ETCH_BENCH_SETTLED", "OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS"})
        setenv(name, "1", 1);
    execv("/proc/self/exe", arguments);
}

/// A library linked with -ffast-math switches denormals off for the whole process when it is loaded. The measurement
/// should be that of a program without such a library.
void restore_denormals() {
#if defined(__SSE__)
    constexpr unsigned flush_to_zero = 0x8000, denormals_are_zero = 0x0040;
    if ((_mm_getcsr() & (flush_to_zero | denormals_are_zero)) != 0) {
        std::fputs("etch: a library had switched denormal numbers off; switched on again\n", stderr);
        _mm_setcsr(_mm_getcsr() & ~(flush_to_zero | denormals_are_zero));
    }
#endif
}

const char* option(const char* argument, const char* name) {
    const std::size_t length = std::strlen(name);
    return std::strncmp(argument, name, length) == 0 ? argument + length : nullptr;
}

}  // namespace

void add(const std::string& row, const std::string& contestant, void (*run)(benchmark::State&)) {
    entries().push_back({row, contestant});
    benchmark::RegisterBenchmark((row + "/" + contestant).c_str(), run);
}

bool check(benchmark::State& state, double tolerance, double (*measure)()) {
    static std::map<double (*)(), double> known;
    const auto [found, is_new] = known.try_emplace(measure, 0.0);
    if (is_new) found->second = measure();
    state.counters["error"] = found->second;
    if (found->second < tolerance || tolerance > 1e29) return true;
    state.SkipWithError(("differs from the reference by " + std::to_string(found->second)).c_str());
    return false;
}

int run(int count, char** arguments) {
    settle(arguments);
    restore_denormals();

    // Google Benchmark's settings. The command line may override them, since the last one counts.
    std::vector<char*> passed{arguments[0]};
    std::string defaults[] = {"--benchmark_enable_random_interleaving=true", "--benchmark_repetitions=15",
                              "--benchmark_min_time=0.004"};
    for (std::string& setting : defaults) passed.push_back(setting.data());
    std::string json;
    std::regex filter{""};
    int rounds = 4;
    for (int i = 1; i < count; ++i) {
        if (const char* file = option(arguments[i], "--json="))
            json = file;
        else if (const char* expression = option(arguments[i], "--filter="))
            filter = expression;
        else if (const char* number = option(arguments[i], "--rounds="))
            rounds = std::atoi(number);
        else
            passed.push_back(arguments[i]);
    }
    int passed_count = static_cast<int>(passed.size());
    benchmark::Initialize(&passed_count, passed.data());
    if (benchmark::ReportUnrecognizedArguments(passed_count, passed.data())) return 1;

    // One row at a time, so that contestants are compared within the same second; Google Benchmark shuffles the
    // repetitions of the row's contestants.
    std::map<std::string, std::string> rows;
    for (const entry& e : entries()) {
        const bool is_limit = e.row.starts_with("limit/");
        if (is_limit || std::regex_search(e.row + "/" + e.contestant, filter)) {
            std::string& names = rows[e.row];
            names += (names.empty() ? "^(" : "|") + e.row + "/" + e.contestant;
        }
    }
    collector collected;
    for (int round = 0; round < rounds; ++round) {
        if (isatty(STDERR_FILENO)) std::fprintf(stderr, "\rround %d of %d ", round + 1, rounds);
        for (const auto& [row, names] : rows) benchmark::RunSpecifiedBenchmarks(&collected, nullptr, names + ")$");
    }
    if (isatty(STDERR_FILENO)) std::fputs("\r                    \r", stderr);

    results all{collected.runs_};
    const bool ok = all.print();
    if (!json.empty() && !all.write(json)) {
        std::fprintf(stderr, "etch: %s cannot be written\n", json.c_str());
        return 1;
    }
    return ok ? 0 : 1;
}

}  // namespace bench

int main(int count, char** arguments) { return bench::run(count, arguments); }
