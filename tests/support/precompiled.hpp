#pragma once
// What nearly every test reads before its own text, compiled once for each set of flags. Nothing of etch but its
// settings, which say whether there is an xsimd to read: so a header that lacks an include of etch's own is found as
// before (`structure.headers` reads each header without this file).
#include <etch/core/config.hpp>

#include "support/catch.hpp"

#if ETCH_HAS_XSIMD
#include <xsimd/xsimd.hpp>
#endif

#include <boost/hana/at.hpp>
#include <boost/hana/basic_tuple.hpp>
#include <boost/hana/fold_left.hpp>
#include <boost/hana/type.hpp>

#include <algorithm>
#include <array>
#include <bit>
#include <charconv>
#include <cmath>
#include <concepts>
#include <cstddef>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <filesystem>
#include <fstream>
#include <limits>
#include <memory>
#include <numbers>
#include <optional>
#include <set>
#include <span>
#include <string>
#include <string_view>
#include <thread>
#include <tuple>
#include <type_traits>
#include <utility>
#include <variant>
#include <vector>
