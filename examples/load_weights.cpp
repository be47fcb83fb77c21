// Weights from a file: what loads, and what is said where something does not.
//
//   load_weights [FOLDER]     where it may write, the current folder where it is not said
#include <cstdio>
#include <string>

#include <etch/etch.hpp>

using policy = etch::network<etch::input<4>, etch::dense<8>, etch::tanh, etch::dense<2>>;

int main(int count, char** arguments) {
    const std::string file = std::string{count > 1 ? arguments[1] : "."} + "/policy.safetensors";
    policy net{etch::seed{1}};

    // A network with three golden vectors: samples that are saved together with its answers.
    constexpr float samples[3][4] = {{0, 0, 0, 0}, {1, -1, 1, -1}, {0.5f, 2, -3, 0.1f}};
    const auto saved = etch::save_file(net, file, {.golden = {samples[0], 12}, .source = "examples/load_weights.cpp"});
    if (!saved) return std::puts(saved.message().c_str()), 1;

    // It loads as it was saved: the same bits, and the golden vectors agree.
    policy again;
    if (const auto loaded = etch::load_file(again, file); !loaded) return std::puts(loaded.message().c_str()), 1;
    std::printf("the same network: %s\n", again == net ? "yes" : "no");

    // The key map of another framework: its tensors have other names, and the message shows the nearest.
    {
        const auto loaded = etch::load_file(net, file, etch::stable_baselines3_ppo);
        if (!loaded) std::puts(loaded.message().c_str());
    }
    // Other layers, which the tensors do not tell: the topology does.
    {
        etch::network<etch::input<4>, etch::dense<8>, etch::relu, etch::dense<2>> other;
        const auto loaded = etch::load_file(other, file);
        if (!loaded) std::puts(loaded.message().c_str());
    }
    // None of it has changed the network.
    std::printf("still the same network: %s\n", again == net ? "yes" : "no");
}
