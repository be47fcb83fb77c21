#pragma once
// File operations that need the operating system. The only file of etch that includes its headers: POSIX, Windows, and
// for any other system <cstdio>.

#include <atomic>
#include <cerrno>
#include <cstddef>
#include <cstdint>
#include <cstdio>
#include <ctime>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <system_error>

#include <etch/core/config.hpp>

#if defined(_WIN32)
#include <fcntl.h>
#include <io.h>
#include <sys/stat.h>
// As in <windows.h>, whose macros (min, max, small ...) would leak to everyone who includes this.
extern "C" __declspec(dllimport) int __stdcall MoveFileExA(const char*, const char*, unsigned long);
#elif defined(__unix__) || defined(__APPLE__)
#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>
#endif

namespace etch::inline ETCH_VARIANT::internal {

/// What is known about a file that is to be replaced.
struct file_facts {
    bool exists = false;
    bool regular = true;      ///< not a folder, device, pipe or socket
    bool writable = true;     ///< by its permissions
    std::uint64_t size = 0;   ///< in bytes, of a regular file
    unsigned mode = 0;        ///< the permissions, if the system has them,
    unsigned long owner = 0;  ///< the user
    unsigned long group = 0;  ///< and the group
};

/// Each function sets errno if it fails.
struct system_files {
#if defined(_WIN32)
    using handle = int;
    static constexpr handle none = -1;
    static constexpr std::string_view separators = "/\\:";

    static std::string followed(std::string path) { return path; }

    static file_facts facts_of(const struct _stat64& found) noexcept {
        const bool regular = (found.st_mode & _S_IFMT) == _S_IFREG;
        return {.exists = true,
                .regular = regular,
                .writable = (found.st_mode & _S_IWRITE) != 0,
                .size = regular ? static_cast<std::uint64_t>(found.st_size) : 0};
    }
    static file_facts facts_of(const std::string& path) noexcept {
        struct _stat64 found{};
        return _stat64(path.c_str(), &found) == 0 ? facts_of(found) : file_facts{};
    }
    static file_facts facts_of(std::FILE* stream) noexcept {
        struct _stat64 found{};
        return _fstat64(_fileno(stream), &found) == 0 ? facts_of(found) : file_facts{};
    }
    static handle create(const std::string& path, const file_facts&) noexcept {
        return _open(path.c_str(), _O_WRONLY | _O_CREAT | _O_EXCL | _O_BINARY | _O_NOINHERIT, _S_IREAD | _S_IWRITE);
    }
    static std::ptrdiff_t write_some(handle file, const std::byte* from, std::size_t count) noexcept {
        return _write(file, from, static_cast<unsigned>(count));
    }
    static bool flush(handle file) noexcept { return _commit(file) == 0; }
    static bool close(handle file) noexcept { return _close(file) == 0; }
    static bool keep_permissions(handle, const file_facts&) noexcept { return true; }
    static bool replace(const std::string& from, const std::string& to) noexcept {
        constexpr unsigned long replace_existing = 1, write_through = 8;
        if (MoveFileExA(from.c_str(), to.c_str(), replace_existing | write_through) != 0) return true;
        errno = EACCES;
        return false;
    }
    static bool flush_folder(const std::string&) noexcept { return true; }
    static unsigned long process() noexcept { return 0; }
#elif defined(__unix__) || defined(__APPLE__)
    using handle = int;
    static constexpr handle none = -1;
    static constexpr std::string_view separators = "/";

    /// The name to which symbolic links lead, whether or not that file exists.
    static std::string followed(std::string path) {
        for (int links = 0; links < 40; ++links) {
            char target[4096];
            const ssize_t length = ::readlink(path.c_str(), target, sizeof target);
            if (length <= 0 || static_cast<std::size_t>(length) == sizeof target) break;
            const std::string_view to{target, static_cast<std::size_t>(length)};
            path.resize(to[0] == '/' ? 0 : path.find_last_of('/') + 1);
            path += to;
        }
        return path;
    }

    static file_facts facts_of(const struct stat& found) noexcept {
        return {.exists = true,
                .regular = S_ISREG(found.st_mode),
                .size = S_ISREG(found.st_mode) ? static_cast<std::uint64_t>(found.st_size) : 0,
                .mode = static_cast<unsigned>(found.st_mode) & 07777u,
                .owner = static_cast<unsigned long>(found.st_uid),
                .group = static_cast<unsigned long>(found.st_gid)};
    }
    static file_facts facts_of(const std::string& path) noexcept {
        struct stat found{};
        if (::lstat(path.c_str(), &found) != 0) return {};
        file_facts facts = facts_of(found);
        facts.writable = ::access(path.c_str(), W_OK) == 0;
        return facts;
    }
    static file_facts facts_of(std::FILE* stream) noexcept {
        struct stat found{};
        return ::fstat(::fileno(stream), &found) == 0 ? facts_of(found) : file_facts{};
    }
    static handle create(const std::string& path, const file_facts& old) noexcept {
        return ::open(path.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, old.exists ? 0600 : 0666);
    }
    static std::ptrdiff_t write_some(handle file, const std::byte* from, std::size_t count) noexcept {
        return ::write(file, from, count);
    }
    static bool flush(handle file) noexcept { return ::fsync(file) == 0 || errno == EINVAL || errno == ENOTSUP; }
    static bool close(handle file) noexcept { return ::close(file) == 0; }
    /// The mode must match the old one; the owner is kept if this user may change it.
    static bool keep_permissions(handle file, const file_facts& old) noexcept {
        if (!old.exists) return true;
        struct stat now{};
        if (::fstat(file, &now) != 0) return false;
        if (now.st_uid != old.owner || now.st_gid != old.group)
            if (::fchown(file, static_cast<uid_t>(old.owner), static_cast<gid_t>(old.group)) != 0) errno = 0;
        return ::fchmod(file, static_cast<mode_t>(old.mode)) == 0;
    }
    static bool replace(const std::string& from, const std::string& to) noexcept {
        return std::rename(from.c_str(), to.c_str()) == 0;
    }
    /// Makes sure that the name, too, is on the disk. A folder that cannot be opened for reading cannot be flushed.
    static bool flush_folder(const std::string& folder) noexcept {
        const int file = ::open(folder.empty() ? "." : folder.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC);
        if (file < 0) return true;
        const bool flushed = flush(file);
        return ::close(file) == 0 && flushed;
    }
    static unsigned long process() noexcept { return static_cast<unsigned long>(::getpid()); }
#else
    using handle = std::FILE*;
    static constexpr handle none = nullptr;
    static constexpr std::string_view separators = "/\\:";

    static std::string followed(std::string path) { return path; }
    static file_facts facts_of(const std::string&) noexcept { return {}; }
    static file_facts facts_of(std::FILE*) noexcept { return {}; }
    static handle create(const std::string& path, const file_facts&) noexcept {
        return std::fopen(path.c_str(), "wbx");
    }
    static std::ptrdiff_t write_some(handle file, const std::byte* from, std::size_t count) noexcept {
        const std::size_t written = std::fwrite(from, 1, count, file);
        return written == 0 ? -1 : static_cast<std::ptrdiff_t>(written);
    }
    static bool flush(handle file) noexcept { return std::fflush(file) == 0; }
    static bool close(handle file) noexcept { return std::fclose(file) == 0; }
    static bool keep_permissions(handle, const file_facts&) noexcept { return true; }
    static bool replace(const std::string& from, const std::string& to) noexcept {
        return std::rename(from.c_str(), to.c_str()) == 0;
    }
    static bool flush_folder(const std::string&) noexcept { return true; }
    static unsigned long process() noexcept { return 0; }
#endif
};

/// Why the last call failed, in the system's words.
inline std::string system_complaint() { return errno == 0 ? "unknown reason" : std::generic_category().message(errno); }

/// A name that no other writer uses: the count distinguishes writers in this program, the rest other programs. `create`
/// makes sure.
inline std::string unique_name() {
    static std::atomic<std::uint64_t> count{0};
    std::uint64_t bits = ++count * 0x9e3779b97f4a7c15u ^ system_files::process() ^
                         static_cast<std::uint64_t>(std::time(nullptr)) << 32 ^ reinterpret_cast<std::uintptr_t>(&bits);
    bits = (bits ^ bits >> 31) * 0xbf58476d1ce4e5b9u;
    std::string name = "etch-";
    for (int i = 0; i < 12; ++i, bits >>= 5) name += "0123456789abcdefghijklmnopqrstuv"[bits & 31];
    return name + ".tmp";
}

/// The system would end the path there and use a different file.
inline constexpr const char* zero_in_path = "its path contains a zero byte";

/// Writes bytes to a new file that replaces `path`, as data/replace_file.hpp describes. What is wrong; empty if nothing
/// is.
inline std::string replace_bytes(const std::string& path, std::span<const std::byte> bytes) {
    using system = system_files;
    if (path.find('\0') != path.npos) return zero_in_path;
    const std::string target = system::followed(path);
    const file_facts old = system::facts_of(target);
    if (!old.regular) return "it is a folder, a device, a pipe or a link, not a regular file";
    if (!old.writable) return system_complaint();

    const std::size_t separator = target.find_last_of(system::separators);
    const std::string folder = separator == target.npos ? "" : target.substr(0, separator + 1);
    std::string fresh;
    system::handle file = system::none;
    for (int attempt = 0; attempt < 100 && file == system::none; ++attempt) {
        errno = 0;
        fresh = folder + unique_name();
        file = system::create(fresh, old);
        if (errno != EEXIST) break;
    }
    if (file == system::none) return system_complaint();

    errno = 0;
    bool written = true;
    while (written && !bytes.empty()) {
        constexpr std::size_t most = std::size_t{1} << 30;  // systems count in int
        const std::ptrdiff_t count = system::write_some(file, bytes.data(), bytes.size() < most ? bytes.size() : most);
        if (count > 0)
            bytes = bytes.subspan(static_cast<std::size_t>(count));
        else
            written = count < 0 && errno == EINTR;
    }
    written = written && system::keep_permissions(file, old) && system::flush(file);
    std::string complaint = written ? "" : system_complaint();
    if (!system::close(file) && written) complaint = system_complaint();
    if (complaint.empty() && !system::replace(fresh, target)) complaint = system_complaint();
    if (!complaint.empty()) {
        (void)std::remove(fresh.c_str());
        return complaint;
    }
    return system::flush_folder(folder) ? "" : system_complaint();
}

}  // namespace etch::inline ETCH_VARIANT::internal
