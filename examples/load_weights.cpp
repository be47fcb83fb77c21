// Weights from a file: what can be loaded, and the messages if something does not match.
//
//   load_weights [FOLDER]     a folder that it may write to; by default the current one
#include <cstdio>
#include <string>

#include <etch/etch.hpp>

using policy = etch::network<etch::input<4>, etch::dense<8>, etch::tanh, etch::dense<2>>;

int main(int count, char** arguments) {
    const std::string file = std::string{count > 1 ? arguments[1] : "."} + "/policy.safetensors";
    policy net{etch::seed{1}};

    // A network with three golden vectors: samples that are saved together with its outputs.
    constexpr float samples[3][4] = {{0, 0, 0, 0}, {1, -1, 1, -1}, {0.5f, 2, -3, 0.1f}};
    const auto saved = etch::save_file(net, file, {.golden = {samples[0], 12}, .source = "examples/load_weights.cpp"});
    if (!saved) return std::puts(saved.message().c_str()), 1;

    // It loads unchanged: the same bits, and the golden vectors agree.
    policy again;
    if (const auto loaded = etch::load_file(again, file); !loaded) return std::puts(loaded.message().c_str()), 1;
    std::printf("the same network: %s\n", again == net ? "yes" : "no");

    // The key map of another framework: it expects other names of tensors, and the message shows the most similar one.
    {
        const auto loaded = etch::load_file(net, file, etch::stable_baselines3_ppo);
        if (!loaded) std::puts(loaded.message().c_str());
    }
    // Other layers: the tensors would fit, but the topology in the file does not.
    {
        etch::network<etch::input<4>, etch::dense<8>, etch::relu, etch::dense<2>> other;
        const auto loaded = etch::load_file(other, file);
        if (!loaded) std::puts(loaded.message().c_str());
    }
    // The failed loads have not changed the network.
    std::printf("still the same network: %s\n", again == net ? "yes" : "no");
}
