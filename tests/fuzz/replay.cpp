// Runs a fuzz target without libFuzzer, with any compiler: on each file of a folder, on the empty input, and on a fixed
// number of inputs that are made from the files.  replay FOLDER COUNT
#include <algorithm>
#include <cstdio>
#include <cstdlib>
#include <filesystem>
#include <random>
#include <vector>

#include "fuzz/promise.hpp"

namespace {

using input = std::vector<unsigned char>;

/// Makes inputs from others by a few small changes; std::minstd_rand draws the same numbers with every library.
class mutator {
public:
    explicit mutator(const std::vector<input>& seeds) : seeds_{seeds} {}

    input next() {
        input bytes = any_seed();
        for (std::size_t change = below(4); change < 4; ++change) mutate(bytes);
        return bytes;
    }

private:
    std::size_t below(std::size_t bound) { return random_() % bound; }
    const input& any_seed() { return seeds_[below(seeds_.size())]; }

    void mutate(input& bytes) {
        const auto at = [&bytes](std::size_t i) { return bytes.begin() + static_cast<std::ptrdiff_t>(i); };
        if (bytes.empty()) bytes.push_back(0);
        const std::size_t first = below(bytes.size());
        const std::size_t last = first + 1 + below(std::min<std::size_t>(bytes.size() - first, 16));
        switch (below(6)) {
            case 0: bytes[first] = static_cast<unsigned char>(bytes[first] ^ 1 << below(8)); break;
            case 1: std::fill(at(first), at(last), "\x00\x7f\x80\xff"[below(4)]); break;
            case 2: bytes.erase(at(first), below(4) == 0 ? bytes.end() : at(last)); break;
            case 3: {  // a piece twice
                const input piece{at(first), at(last)};
                bytes.insert(at(below(bytes.size())), piece.begin(), piece.end());
                break;
            }
            case 4: {  // the rest of another
                const input& other = any_seed();
                bytes.resize(first);
                if (first < other.size()) {
                    bytes.insert(bytes.end(), other.begin() + static_cast<std::ptrdiff_t>(first), other.end());
                }
                break;
            }
            default: bytes[first] = static_cast<unsigned char>("0123456789-+.e\"{}[],:;\n\t abc"[below(28)]);
        }
    }

    const std::vector<input>& seeds_;
    std::minstd_rand random_{1};
};

}  // namespace

int main(int argc, char** argv) {
    if (argc != 3) {
        std::fputs("usage: replay FOLDER COUNT\n", stderr);
        return 2;
    }
    std::vector<std::filesystem::path> files;
    for (const auto& entry : std::filesystem::directory_iterator{argv[1]}) files.push_back(entry.path());
    std::sort(files.begin(), files.end());
    std::vector<input> seeds;
    for (const auto& file : files) seeds.push_back(etch::read_file(file.string()).value);
    if (seeds.empty()) {
        std::fprintf(stderr, "%s holds no seed\n", argv[1]);
        return 1;
    }
    LLVMFuzzerTestOneInput(nullptr, 0);
    for (const input& bytes : seeds) LLVMFuzzerTestOneInput(bytes.data(), bytes.size());
    mutator mutated{seeds};
    const long count = std::strtol(argv[2], nullptr, 10);
    for (long i = 0; i < count; ++i) {
        const input bytes = mutated.next();
        // A copy without a byte to spare, so that AddressSanitizer sees a read past the end.
        const input exact{bytes.begin(), bytes.end()};
        LLVMFuzzerTestOneInput(exact.data(), exact.size());
    }
    std::printf("%zu seeds and %ld inputs made from them\n", seeds.size(), count);
}
