#include <etch/tensor/patches.hpp>

#include <etch/tensor/product.hpp>

#include "support/catch.hpp"

using namespace etch;

namespace {

/// Two images of {channels, width, height} whose numbers say where they are.
template <shape Image>
constexpr auto numbered() {
    matrix<float, Image.size(), 2> images;
    for (std::size_t i = 0; i < images.size(); ++i) images[i] = static_cast<float>(i);
    return images;
}

template <shape Image, sliding_window W>
constexpr std::size_t misplaced() {
    const auto images = numbered<Image>();
    const auto seen = patches<Image, W>(images);
    const matrix<float, seen.rows, seen.columns> evaluated = seen;
    constexpr std::size_t C = Image.extent[0], width = Image.extent[1], height = Image.extent[2];
    std::size_t found = 0, column = 0;
    for (std::size_t image = 0; image < 2; ++image)
        for (std::size_t y = 0; y + W.covered_height() <= height; y += W.stride_y)
            for (std::size_t x = 0; x + W.covered_width() <= width; x += W.stride_x, ++column)
                for (std::size_t ky = 0; ky < W.height; ++ky)
                    for (std::size_t kx = 0; kx < W.width; ++kx)
                        for (std::size_t c = 0; c < C; ++c) {
                            const std::size_t row = c + C * (kx + W.width * ky);
                            const float wanted =
                                images(c + C * (x + kx * W.dilation_x + width * (y + ky * W.dilation_y)), image);
                            found += seen(row, column) != wanted || evaluated(row, column) != wanted;
                            const auto in_turn =
                                decltype(seen)::layout::template offset_in_turn<4>(row / 4 * 4, row % 4);
                            found += seen.start_of(column)[in_turn] != wanted;
                        }
    return found + (column != seen.columns) + (C * W.width * W.height != seen.rows);
}

template <sliding_window W>
void check_transpose() {
    constexpr shape line{3, 7, 2};
    vector<float, line.size()> image;
    for (std::size_t i = 0; i < image.size(); ++i) image[i] = 0.5f + static_cast<float>(i);
    const auto seen = patches<line, W>(image);
    const matrix<float, seen.rows, seen.columns> copy = seen;
    const auto turned = transpose(seen);
    CHECK(matrix<float, seen.columns, seen.rows>(turned) == matrix<float, seen.columns, seen.rows>(transpose(copy)));
    matrix<float, 9, seen.columns> dz;
    for (std::size_t i = 0; i < dz.size(); ++i) dz[i] = 1.0f / static_cast<float>(i + 1);
    CHECK(matrix<float, 9, seen.rows>(dz * turned) == matrix<float, 9, seen.rows>(dz * transpose(copy)));
}

}  // namespace

TEST_CASE("a patch has what the kernel sees, for each of its places in each image") {
    static_assert(misplaced<shape{2, 4, 3}, sliding_window{3, 2}>() == 0);
    CHECK(misplaced<shape{2, 4, 3}, sliding_window{3, 2}>() == 0);
    CHECK(misplaced<shape{1, 9, 5}, sliding_window{3, 3}>() == 0);
    CHECK(misplaced<shape{17, 3, 3}, sliding_window{3, 3}>() == 0);
    CHECK(misplaced<shape{5, 6, 2}, sliding_window{1, 1}>() == 0);
}

TEST_CASE("a window that moves by several places, or skips some of them, sees what lies there") {
    constexpr sliding_window moves{.width = 3, .height = 2, .stride_x = 2, .stride_y = 3};
    constexpr sliding_window skips{.width = 2, .height = 3, .dilation_x = 4, .dilation_y = 2};
    constexpr sliding_window both{3, 3, 2, 1, 2, 3};
    static_assert(skips.covered_width() == 5 && skips.covered_height() == 5);
    static_assert(moves.across({1, 8, 7}) == 3 && moves.down({1, 8, 7}) == 2);
    static_assert(misplaced<shape{2, 8, 7}, moves>() == 0);
    CHECK(misplaced<shape{3, 9, 6}, skips>() == 0);
    CHECK(misplaced<shape{2, 10, 8}, both>() == 0);
}

TEST_CASE("a product with patches has the bits of one with their copy") {
    const auto images = numbered<shape{3, 6, 5}>();
    const auto seen = patches<shape{3, 6, 5}, sliding_window{3, 2}>(images);
    const matrix<float, seen.rows, seen.columns> copy = seen;
    matrix<float, 7, seen.rows> W;
    for (std::size_t i = 0; i < W.size(); ++i) W[i] = 1.0f / static_cast<float>(i + 1);
    CHECK(matrix<float, 7, seen.columns>(W * seen) == matrix<float, 7, seen.columns>(W * copy));
}

TEST_CASE("the transpose of a line of patches is that of their copy, alone and as a factor") {
    check_transpose<sliding_window{3, 2}>();
    check_transpose<sliding_window{.width = 3, .height = 2, .stride_x = 2, .dilation_x = 2}>();
}
