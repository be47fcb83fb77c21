// The PC's part of tiny_resume: trains `tiny` for a while, and writes the checkpoint as a header, to be put into the
// microcontroller's flash.
#include <array>
#include <cstdio>
#include <etch/io/checkpoint.hpp>
#include <etch/loss/binary_cross_entropy.hpp>
#include <etch/optimizer/adam.hpp>
#include <etch/training/trainer.hpp>

#include "networks.hpp"

int main(int count, char** arguments) {
    constexpr float inputs[] = {0, 0, 0, 1, 1, 0, 1, 1}, targets[] = {0, 1, 1, 0};
    tiny net{etch::seed{42}};
    etch::trainer<tiny, etch::binary_cross_entropy, etch::adam, 4> trainer{{.learning_rate = 0.05}};
    if (!trainer.fit(net, {inputs, targets}, {.epochs = 50})) return 1;

    std::array<std::byte, etch::checkpoint_size<decltype(trainer)>> checkpoint;
    if (!etch::save_checkpoint(trainer, net, checkpoint)) return 1;
    std::FILE* const header = count > 1 ? std::fopen(arguments[1], "w") : nullptr;
    if (header == nullptr) return 1;
    std::fprintf(header, "#pragma once\nalignas(8) inline constexpr unsigned char checkpoint[] = {");
    for (const std::byte b : checkpoint) std::fprintf(header, "%u,", std::to_integer<unsigned>(b));
    std::fprintf(header, "};\n");
    return std::fclose(header);
}
