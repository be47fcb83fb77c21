#pragma once
#include <benchmark/benchmark.h>

#include <map>
#include <string>
#include <vector>

namespace bench {

/// The minimum work of a row.
struct operations {
    double flops, bytes;  ///< per sample
    double resident;      ///< bytes that must stay in a cache
};

/// Every repetition of every benchmark, by row and contestant.
class results {
public:
    using run = benchmark::BenchmarkReporter::Run;

    explicit results(const std::vector<run>& runs);

    /// Prints the table to standard output; false if a contestant was wrong.
    [[nodiscard]] bool print() const;
    /// Writes all repetitions, and the minimum and median of each benchmark, as Google Benchmark's JSON.
    [[nodiscard]] bool write(const std::string& file) const;

private:
    struct contestant {
        std::vector<run> runs;
        double minimum = 0, median = 0;  ///< processor time in nanoseconds: per sample, per element
        double error = 0;
        std::string refused;
    };
    using contestants = std::map<std::string, contestant>;

    void keep_best_variant(contestants& from);
    [[nodiscard]] double least_time(const std::string& name) const;
    [[nodiscard]] double least_vision_time(const std::string& row) const;
    [[nodiscard]] double least_stream_time(const std::string& row) const;
    [[nodiscard]] double least_time(const operations& needed) const;
    void print_section(const char* title, const std::vector<std::string>& rows,
                       const std::vector<std::string>& columns) const;

    std::map<std::string, contestants> rows_;
    double flops_ = 0, l1_ = 0, l2_ = 0;  ///< per nanosecond
};

}  // namespace bench
