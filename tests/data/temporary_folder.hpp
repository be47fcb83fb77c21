#pragma once
#include <filesystem>
#include <string>

/// A folder of its own for a test, gone at its end, whatever else runs beside it.
class temporary_folder {
public:
    temporary_folder() {
        const auto parent = std::filesystem::temp_directory_path();
        for (int i = 0; !std::filesystem::create_directory(path_ = parent / ("etch_test_" + std::to_string(i))); ++i) {
        }
    }
    ~temporary_folder() {
        std::error_code ignored;
        std::filesystem::remove_all(path_, ignored);
    }
    temporary_folder(const temporary_folder&) = delete;
    temporary_folder& operator=(const temporary_folder&) = delete;

    [[nodiscard]] std::string path() const { return path_.string(); }
    [[nodiscard]] std::string operator/(const char* name) const { return (path_ / name).string(); }

private:
    std::filesystem::path path_;
};
