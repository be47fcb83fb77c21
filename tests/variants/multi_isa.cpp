// Prints the level of the processor, and what each build answers that it can run, up to the best: level, bits.
#include <cstdio>

#include <etch/core/dispatch.hpp>

#include "policy.hpp"

int main() {
    const float observation[17]{0.1f, 0.2f, 0.3f, -0.4f};
    memory own;  // uses the shared class here too
    own.keep(1);
    const memory* volatile by_table = &own;
    if (by_table->decayed(1) < 0) return 1;
    const auto best = etch::best_instruction_set();
    std::printf("processor %d\n", static_cast<int>(best));
    const policy_functions* before = nullptr;
    for (int level = 0; level <= static_cast<int>(best); ++level) {
        const auto& build = etch::best_build<policy_functions>(static_cast<etch::instruction_set>(level));
        if (&build != before) std::printf("build %d %a\n", level, static_cast<double>(build.act(observation)));
        before = &build;
    }
    const bool is_best = &etch::best_build<policy_functions>() == before;
    std::printf("best: %s\n", is_best && own.values.size() == 1 ? "yes" : "no");
    return is_best ? 0 : 1;
}
