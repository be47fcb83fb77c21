#include "report.hpp"

#include <algorithm>
#include <cmath>
#include <cstdio>
#include <fstream>

#include "limits.hpp"
#include "stream.hpp"
#include "vision.hpp"
#include "workload.hpp"

namespace bench {

namespace {

const std::vector<std::string> networks_in_order = {"tiny", "policy", "quadrotor", "legged", "digits"};
const std::vector<std::string> contestants_in_order = {"etch",   "etch_bf16", "etch_fast", "etch_any",
                                                       "eigen",  "plain",     "openblas",  "libxsmm",
                                                       "onednn", "libtorch",  "fann"};
const std::vector<std::string> functions_in_order = {"exp", "tanh", "sigmoid", "log", "softplus", "erf"};
const std::vector<std::string> mathematicians_in_order = {"etch", "plain", "xsimd", "eigen", "sleef"};

/// The minimum work of a row: every product with a weight counts two operations, and every weight is loaded once per
/// call. Training multiplies three times, except for the input gradient of the first layer, and reads parameters,
/// gradients and state in the update.
operations least_operations(const description& net, std::size_t samples, int slots) {
    double weights = 0, biases = 0, first = 0;
    std::size_t inputs = net.inputs;
    for (const dense& layer : net.layers) {
        const auto size = static_cast<double>(inputs * layer.outputs);
        if (first == 0) first = size;
        weights += size;
        biases += static_cast<double>(layer.outputs);
        inputs = layer.outputs;
    }
    const bool training = slots >= 0;
    const double flops = 2 * (training ? 3 * weights - first : weights);
    const double bytes = 4 * (weights + biases) * (training ? 2 + slots : 1);
    return {flops, bytes / static_cast<double>(samples), bytes};
}

operations least_operations(const image_description& net, std::size_t samples, bool training) {
    double multiply_adds = 0, parameters = 0, first = 0;
    extents in = net.input;
    for (const image_layer& layer : net.layers) {
        const extents out = layer.output(in);
        if (layer.what != image_layer::max_pool) {
            const auto size = static_cast<double>(out.size() * layer.seen(in));
            if (first == 0) first = size;
            multiply_adds += size;
        }
        parameters += static_cast<double>(layer.outputs * (layer.seen(in) + 1));
        in = out;
    }
    const double flops = 2 * (training ? 3 * multiply_adds - first : multiply_adds);
    const double bytes = 4 * parameters * (training ? 3 : 1);  // with momentum
    return {flops, bytes / static_cast<double>(samples), bytes};
}

operations least_operations(const stream_description& net, std::size_t steps) {
    double weights = 0, parameters = 0;
    std::size_t in = net.inputs;
    for (const stream_layer& layer : net.layers) {
        weights += static_cast<double>(layer.weights(in));
        parameters += static_cast<double>(layer.parameters(in));
        in = layer.outputs;
    }
    return {2 * weights, 4 * parameters / static_cast<double>(steps), 4 * parameters};
}

/// The field has another name since Google Benchmark 1.8.
template <class Run>
std::string refusal_of(const Run& run) {
    if constexpr (requires { run.error_message; })
        return run.error_message;
    else
        return run.skip_message;
}

std::vector<std::string> section(const std::string& prefix, const std::vector<std::string>& names) {
    std::vector<std::string> rows;
    for (const std::string& name : names) rows.push_back(prefix + name);
    return rows;
}

}  // namespace

results::results(const std::vector<run>& runs) {
    for (const run& each : runs) {
        const std::string name = each.run_name.function_name;
        const std::size_t slash = name.rfind('/');
        contestant& to = rows_[name.substr(0, slash)][name.substr(slash + 1)];
        to.runs.push_back(each);
    }
    for (auto& [name, row] : rows_) {
        for (auto& [who, c] : row) {
            std::vector<double> times;
            for (const run& each : c.runs) {
                if (each.iterations == 0) {
                    c.refused = refusal_of(each);
                    continue;
                }
                times.push_back(each.cpu_accumulated_time / static_cast<double>(each.iterations) * 1e9);
                if (const auto error = each.counters.find("error"); error != each.counters.end())
                    c.error = error->second;
            }
            if (times.empty()) continue;
            std::ranges::sort(times);
            c.minimum = times.front();
            c.median = times[times.size() / 2];
        }
        keep_best_variant(row);
    }
    const auto rate = [&](const char* name) {
        const auto found = rows_.find(name);
        if (found == rows_.end()) return 0.0;
        const contestant& core = found->second.begin()->second;
        return core.minimum > 0 ? core.runs.front().counters.at("per_iteration") / core.minimum : 0.0;
    };
    flops_ = rate("limit/fma");
    l1_ = rate("limit/load_l1");
    l2_ = rate("limit/load_l2");
}

void results::keep_best_variant(contestants& from) {
    std::map<std::string, std::string> best;
    for (const auto& [who, c] : from) {
        const std::size_t colon = who.find(':');
        if (colon == std::string::npos || !c.refused.empty()) continue;
        std::string& chosen = best[who.substr(0, colon)];
        if (chosen.empty() || c.minimum < from[chosen].minimum) chosen = who;
    }
    for (const auto& [name, variant] : best) {
        contestant copy = from[variant];
        for (run& each : copy.runs) {
            each.run_name.function_name = each.run_name.function_name.substr(0, each.run_name.function_name.rfind(':'));
            each.report_label = variant.substr(variant.find(':') + 1);
        }
        from[name] = std::move(copy);
    }
}

double results::least_time(const std::string& name) const {
    const std::size_t slash = name.find('/');
    const std::string kind = name.substr(0, slash);
    std::string what = name.substr(slash + 1);
    if (kind == "vision") return least_vision_time(what);
    if (kind == "stream") return least_stream_time(what);
    int slots = -1;
    if (kind == "train") {
        const std::string rule = what.substr(what.find('_') + 1);
        slots = rule == "sgd" ? 0 : rule == "momentum" ? 1 : 2;
        what = what.substr(0, what.find('_'));
    }
    const std::size_t samples = kind == "batch32"    ? 32
                                : kind == "batch256" ? 256
                                : kind == "train"    ? (what == "tiny" ? 1 : 32)
                                                     : 1;
    for (const description& net :
         {describe<tiny>(), describe<policy>(), describe<quadrotor>(), describe<legged>(), describe<digits>()}) {
        if (net.name == what) return least_time(least_operations(net, samples, slots));
    }
    return 0;
}

double results::least_vision_time(const std::string& row) const {
    const std::string name = row.substr(0, row.find('_'));
    const bool training = row.ends_with("_train"), batch = training || row.ends_with("_batch32");
    for (const image_description& net : {describe<encoder>(), describe<lenet>()})
        if (net.name == name) return least_time(least_operations(net, batch ? 32 : 1, training));
    return 0;
}

double results::least_stream_time(const std::string& row) const {
    const bool block = row.ends_with("_block64");
    const std::string name = block ? row.substr(0, row.rfind('_')) : row;
    for (const stream_description& net :
         {describe<gru_8>(), describe<gru_24>(), describe<lstm_20>(), describe<lstm_40>(), describe<lstm_128>(),
          describe<gru_64>(), describe<causal>()})
        if (net.name == name) return least_time(least_operations(net, block ? steps_per_block : 1));
    return 0;
}

double results::least_time(const operations& needed) const {
    const double bandwidth = needed.resident <= static_cast<double>(l1_bytes()) ? l1_ : l2_;
    if (flops_ <= 0 || bandwidth <= 0) return 0;
    return std::max(needed.flops / flops_, needed.bytes / bandwidth);
}

void results::print_section(const char* title, const std::vector<std::string>& rows,
                            const std::vector<std::string>& columns) const {
    std::vector<std::string> present;
    for (const std::string& column : columns)
        for (const std::string& name : rows)
            if (const auto row = rows_.find(name); row != rows_.end() && row->second.contains(column)) {
                present.push_back(column);
                break;
            }
    if (present.empty()) return;
    std::printf("\n%-22s", title);
    for (const std::string& column : present) std::printf("%10s", column.c_str());
    std::printf("%12s%8s%10s%7s\n", "best other", "ratio", "least", "share");
    for (const std::string& name : rows) {
        const auto found = rows_.find(name);
        if (found == rows_.end()) continue;
        const contestants& row = found->second;
        std::printf("%-22s", name.c_str());
        const bool is_function = name.starts_with("math/");  // the best is the fastest of those accurate to 4 ulp
        double best = 0;
        for (const std::string& column : present) {
            const auto c = row.find(column);
            if (c == row.end()) {
                std::printf("%10s", "-");
            } else if (!c->second.refused.empty()) {
                std::printf("%10s", "wrong");
            } else {
                const double time = c->second.minimum;
                std::printf(time < 1 ? "%10.3f" : time < 1000 ? "%10.1f" : "%10.0f", time);
                const bool counts = !column.starts_with("etch") && (!is_function || c->second.error <= 4);
                if (counts && (best == 0 || time < best)) best = time;
            }
        }
        const auto etch = row.find("etch");
        const double own = etch == row.end() ? 0 : etch->second.minimum;
        if (best > 0)
            std::printf(best < 1 ? "%12.3f" : best < 1000 ? "%12.1f" : "%12.0f", best);
        else
            std::printf("%12s", "-");
        if (best > 0 && own > 0)
            std::printf("%8.2f", own / best);
        else
            std::printf("%8s", "-");
        const double least = is_function ? 0 : least_time(name);
        if (least > 0)
            std::printf(least < 1000 ? "%10.1f" : "%10.0f", least);
        else
            std::printf("%10s", "-");
        if (least > 0 && own > 0)
            std::printf("%6.0f%%\n", 100 * least / own);
        else
            std::printf("%7s\n", "-");
        std::printf("%-22s", "  largest error");
        for (const std::string& column : present) {
            const auto c = row.find(column);
            if (c == row.end() || !c->second.refused.empty())
                std::printf("%10s", "");
            else
                std::printf(is_function ? "%10.2f" : "%10.1e", c->second.error);
        }
        std::printf("\n");
    }
}

bool results::print() const {
    std::printf(
        "Nanoseconds of processor time, the least of all repetitions: of a call, of a sample in batches and "
        "training, of an element in math/.\nBelow: the largest difference from a double-precision reference; "
        "of the parameters after 20 steps in train/, in ulp in math/,\n"
        "where the best other is the fastest of those that are accurate to 4 ulp.\n");
    if (flops_ > 0)
        std::printf(
            "This core: %.1f GFLOP/s of fused multiply-adds, loads of %.0f GB/s from L1 (%zu KB) and %.0f GB/s "
            "from L2 (%zu KB).\n",
            flops_, l1_, l1_bytes() / 1024, l2_, l2_bytes() / 1024);
    std::vector<std::string> rows;
    for (const char* kind : {"inference/", "latency/", "batch32/", "batch256/"})
        for (std::string& row : section(kind, networks_in_order)) rows.push_back(std::move(row));
    for (std::string& row : section("train/", {"tiny_sgd", "policy_adam", "digits_momentum", "digits_adam"}))
        rows.push_back(std::move(row));
    print_section("", rows, contestants_in_order);
    print_section("", section("vision/", {"encoder", "lenet", "lenet_batch32", "lenet_train"}), contestants_in_order);
    std::vector<std::string> streams;
    for (const char* name : {"gru_8", "gru_24", "lstm_20", "lstm_40", "lstm_128", "gru_64", "causal"})
        for (const char* end : {"", "_block64"}) streams.push_back(std::string{"stream/"} + name + end);
    print_section("", streams, contestants_in_order);
    print_section("", section("math/", functions_in_order), mathematicians_in_order);

    bool ok = true;
    for (const auto& [name, row] : rows_)
        for (const auto& [who, c] : row)
            if (!c.refused.empty()) {
                std::printf("\n%s/%s was not timed: it %s\n", name.c_str(), who.c_str(), c.refused.c_str());
                ok = false;
            }
    return ok;
}

bool results::write(const std::string& file) const {
    std::ofstream to{file};
    benchmark::JSONReporter json;
    json.SetOutputStream(&to);
    json.SetErrorStream(&to);
    benchmark::BenchmarkReporter::Context context;
    json.ReportContext(context);
    for (const auto& [name, row] : rows_) {
        for (const auto& [who, c] : row) {
            if (!c.refused.empty()) continue;
            std::vector<run> written = c.runs;
            for (std::size_t i = 0; i < written.size(); ++i) {
                written[i].repetition_index = static_cast<std::int64_t>(i);
                written[i].repetitions = static_cast<std::int64_t>(written.size());
            }
            for (const auto& [statistic, cpu] : {std::pair{"minimum", c.minimum}, std::pair{"median", c.median}}) {
                std::vector<double> real;
                for (const run& each : c.runs)
                    real.push_back(each.real_accumulated_time / static_cast<double>(each.iterations));
                std::ranges::sort(real);
                run aggregate = c.runs.front();
                aggregate.run_type = run::RT_Aggregate;
                aggregate.aggregate_name = statistic;
                aggregate.aggregate_unit = benchmark::kTime;
                // Google Benchmark divides by the iterations, which for an aggregate are the repetitions.
                const auto repetitions = static_cast<double>(c.runs.size());
                aggregate.iterations = static_cast<benchmark::IterationCount>(c.runs.size());
                aggregate.cpu_accumulated_time = repetitions * cpu * 1e-9;
                aggregate.real_accumulated_time =
                    repetitions * (statistic[1] == 'i' ? real.front() : real[real.size() / 2]);
                written.push_back(aggregate);
            }
            json.ReportRuns(written);
        }
    }
    json.Finalize();
    to << '\n';
    return static_cast<bool>(to.flush());
}

}  // namespace bench
