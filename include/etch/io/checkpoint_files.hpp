#pragma once
#include <cstddef>
#include <span>
#include <string>
#include <vector>

#include <etch/io/checkpoint.hpp>
#include <etch/io/files.hpp>

namespace etch::inline ETCH_VARIANT {

/// Saves a checkpoint to a file. If the program is killed while it writes, the previous checkpoint is kept.
template <Resumable Training>
file_result save_checkpoint_file(const Training& training, const typename Training::network_type& net,
                                 const std::string& path) {
    std::vector<std::byte> bytes(checkpoint_size<Training>);
    const save_result saved = save_checkpoint(training, net, bytes);
    if (!saved.ok()) return {saved.code, path + ": " + saved.message().c_str()};
    return replace_file(path, std::span{bytes}.first(saved.size));
}

/// Loads a checkpoint from a file. All or nothing.
template <Resumable Training>
file_result load_checkpoint_file(Training& training, typename Training::network_type& net, const std::string& path) {
    return internal::with_file(path, [&](const safetensors_view& view) -> file_result {
        const load_result result = load_checkpoint(training, net, view);
        if (result.ok()) return {};
        return {result.code, path + ": " + describe(result, view)};
    });
}

}  // namespace etch::inline ETCH_VARIANT
