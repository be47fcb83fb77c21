#pragma once
#include <algorithm>
#include <array>
#include <cmath>
#include <cstddef>
#include <string>
#include <vector>

#include <etch/core/random.hpp>
#include <etch/data/data_set.hpp>
#include <etch/data/one_hot.hpp>

namespace etch::inline ETCH_VARIANT {

/// The share of the samples in each part. The shares must add up to 1, so that no sample is silently dropped.
struct split_options {
    double training = 0.8;
    double validation = 0.1;
    double test = 0.1;
    etch::seed seed = etch::seed{1};
};

/// The three parts of a set: for learning, for choosing and for evaluating. Empty if the code is not ok.
template <std::size_t Inputs, std::size_t Outputs, class T = float>
struct [[nodiscard]] data_split {
    data_set<Inputs, Outputs, T> training{};
    data_set<Inputs, Outputs, T> validation{};
    data_set<Inputs, Outputs, T> test{};
    status code = status::ok;
    std::size_t sample = no_position;  ///< the one with the error
    std::size_t column = no_position;  ///< of its inputs or targets; at missing_class the class
    option_error option{};             ///< at invalid_option

    [[nodiscard]] bool ok() const noexcept { return code == status::ok; }
    [[nodiscard]] explicit operator bool() const noexcept { return ok(); }
    [[nodiscard]] std::string message() const {
        return problem{.code = code, .sample = sample, .column = column, .option = option}.message().c_str();
    }
};

namespace internal {

inline problem(check)(const split_options& options) noexcept {
    const auto refuse = [](const char* name, double value, const char* range) -> problem {
        return {.code = status::invalid_option, .option = {name, value, range}};
    };
    if (!(options.training > 0)) return refuse("training", options.training, "positive");
    if (!(options.validation >= 0)) return refuse("validation", options.validation, "at least 0");
    if (!(options.test >= 0)) return refuse("test", options.test, "at least 0");
    const double sum = options.training + options.validation + options.test;
    if (!((std::abs)(sum - 1) <= 1e-6)) return refuse("training + validation + test", sum, "1");
    return {};
}

/// Distributes samples over the three parts by the largest remainder: each part gets its share rounded down, and the
/// rest goes, one each, to the parts that lost most by rounding. With two additions:
/// - What a part gained or lost is carried over to the next class (`carry_`), so that three classes of fifteen samples
/// at
///   80/10/10 % become 36/5/4 in all, not 36/6/3.
/// - The training part always gets a sample: a class of one sample can be learned, though not evaluated.
class largest_remainder {
public:
    explicit largest_remainder(const split_options& options) noexcept {
        const double sum = options.training + options.validation + options.test;
        share_ = {options.training / sum, options.validation / sum, options.test / sum};
    }

    [[nodiscard]] std::array<std::size_t, 3> deal(std::size_t samples) noexcept {
        std::array<std::size_t, 3> count{};
        std::size_t left = samples;
        for (std::size_t part = 0; part < 3; ++part) {
            const auto all = static_cast<double>(samples);
            count[part] = (std::min)(static_cast<std::size_t>(share_[part] * all), left);
            left -= count[part];
            carry_[part] += std::fma(share_[part], all, -static_cast<double>(count[part]));
        }
        std::array<bool, 3> may_take{true, true, true};
        for (; left > 0; --left) {
            std::size_t most = 0;
            for (std::size_t part = 1; part < 3 && count[0] > 0; ++part) {
                const bool more = carry_[part] > carry_[most];  // a tie goes to the earlier part
                if (may_take[part] && (more || !may_take[most])) most = part;
            }
            ++count[most];
            carry_[most] -= 1;
            may_take[most] = false;
        }
        return count;
    }

private:
    std::array<double, 3> share_{};
    std::array<double, 3> carry_{};
};

/// Distributes the samples in a shuffled order: the k-th sample of its group goes to the part whose range of the
/// group's count includes k. `group(i)`, below `groups`, is the group of sample i.
template <std::size_t Inputs, std::size_t Outputs, class T, class Group>
data_split<Inputs, Outputs, T> split_groups(data_view<Inputs, Outputs, T> samples, const split_options& options,
                                            std::size_t groups, Group group) {
    data_split<Inputs, Outputs, T> parts;
    const auto refuse = [&parts](const problem& found) {
        parts.code = found.code;
        parts.sample = found.sample;
        parts.column = found.column;
        parts.option = found.option;
        return parts;
    };
    if (const problem found = (samples.check)(); !found) return refuse(found);
    if (const problem found = (check)(options); !found) return refuse(found);
    std::vector<std::size_t> members(groups);
    for (std::size_t i = 0; i < samples.size(); ++i) ++members[group(i)];

    std::vector<std::array<std::size_t, 3>> count(groups);
    largest_remainder shares{options};
    std::array<std::size_t, 3> total{};
    for (std::size_t g = 0; g < groups; ++g) {
        count[g] = shares.deal(members[g]);
        if (count[g][0] == 0) {  // only if the group is empty
            return refuse({.code = status::missing_class, .column = g});
        }
        for (std::size_t part = 0; part < 3; ++part) total[part] += count[g][part];
    }

    std::array<data_set<Inputs, Outputs, T>*, 3> to{&parts.training, &parts.validation, &parts.test};
    for (std::size_t part = 0; part < 3; ++part) to[part]->reserve(total[part]);
    const permutation order{samples.size(), options.seed};
    for (std::size_t position = 0; position < samples.size(); ++position) {
        const std::size_t i = order[position];
        auto& left = count[group(i)];
        const std::size_t part = left[0] > 0 ? 0 : left[1] > 0 ? 1 : 2;
        --left[part];
        to[part]->push_back(samples.input(i), samples.target(i));
    }
    return parts;
}

}  // namespace internal

/// Shuffles the samples and splits them into a training, a validation and a test part. Every sample is in exactly one,
/// and the training part has at least one. Errors: those of data_view::check, and invalid_option if the training share
/// is not positive, another one is negative, or the shares do not add up to 1.
template <Samples Set>
[[nodiscard]] auto split(const Set& set, const split_options& options = {}) {
    return internal::split_groups(set.view(), options, 1, [](std::size_t) { return std::size_t{0}; });
}

/// The same, with every class (class_of the target) in every part in proportion, to within one sample, and at least
/// once in the training part. Errors: also missing_class, with the class as `column`, if the set has no sample of a
/// class.
template <Samples Set>
[[nodiscard]] auto stratified_split(const Set& set, const split_options& options = {}) {
    const auto samples = set.view();
    return internal::split_groups(samples, options, class_count<Set::output_size>,
                                  [samples](std::size_t i) { return class_of(samples.target(i)); });
}

}  // namespace etch::inline ETCH_VARIANT
