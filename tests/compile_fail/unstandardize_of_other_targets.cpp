// expect: etch: unstandardize needs a loss whose target has one number per output
// checked with: g++ 12, clang 14, clang 19
#include <etch/layer/dense.hpp>
#include <etch/layer/unstandardize.hpp>
#include <etch/loss/loss.hpp>
#include <etch/optimizer/sgd.hpp>
#include <etch/training/stepper.hpp>

struct mine {
    static constexpr const char* name = "mine";
    static constexpr auto value(const auto& p, const auto&) { return etch::sum_rows(p); }
    static constexpr auto gradient(const auto& p, const auto&) { return p.view(); }
    static constexpr std::size_t targets(std::size_t outputs) {
#ifdef ETCH_REJECT
        return outputs + 1;
#else
        return outputs;
#endif
    }
};
using network = etch::network<etch::input<3>, etch::dense<2>, etch::unstandardize>;

constexpr std::size_t targets = etch::stepper<network, mine, etch::sgd>::targets;
