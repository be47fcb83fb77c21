#pragma once
// WAV files by libsndfile (E. de Castro Lopo and others), if the program is built with it. Both functions return an
// empty text, or what is wrong.
#include <cstddef>
#include <span>
#include <string>
#include <vector>
#if ETCH_EXAMPLE_HAS_SNDFILE
#include <sndfile.h>

#include <memory>

constexpr bool has_wav_files = true;

using open_wav = std::unique_ptr<SNDFILE, decltype(&sf_close)>;

/// Reads a file of this rate; of several channels the mean.
inline std::string read_wav(const std::string& path, std::size_t rate, std::vector<float>& to) {
    SF_INFO info{};
    const open_wav file{sf_open(path.c_str(), SFM_READ, &info), &sf_close};
    if (!file) return sf_strerror(nullptr);
    if (info.samplerate != static_cast<int>(rate))
        return "it has " + std::to_string(info.samplerate) + " samples per second, not " + std::to_string(rate);
    if (info.frames == 0) return "it contains no samples";
    const auto channels = static_cast<std::size_t>(info.channels);
    std::vector<float> frames(static_cast<std::size_t>(info.frames) * channels);
    if (sf_readf_float(file.get(), frames.data(), info.frames) != info.frames) return sf_strerror(file.get());
    to.assign(frames.size() / channels, 0);
    for (std::size_t i = 0; i < frames.size(); ++i) to[i / channels] += frames[i] / static_cast<float>(channels);
    return "";
}

/// Writes one channel of 24 bits, clipped to -1 ... 1.
inline std::string write_wav(const std::string& path, std::size_t rate, std::span<const float> from) {
    SF_INFO info{};
    info.samplerate = static_cast<int>(rate);
    info.channels = 1;
    info.format = SF_FORMAT_WAV | SF_FORMAT_PCM_24;
    const open_wav file{sf_open(path.c_str(), SFM_WRITE, &info), &sf_close};
    if (!file) return sf_strerror(nullptr);
    sf_command(file.get(), SFC_SET_CLIPPING, nullptr, SF_TRUE);
    const auto count = static_cast<sf_count_t>(from.size());
    return sf_write_float(file.get(), from.data(), count) == count ? "" : sf_strerror(file.get());
}
#else

constexpr bool has_wav_files = false;

inline std::string read_wav(const std::string&, std::size_t, std::vector<float>&) { return "no libsndfile"; }
inline std::string write_wav(const std::string&, std::size_t, std::span<const float>) { return "no libsndfile"; }
#endif
