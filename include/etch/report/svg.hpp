#pragma once
#include <charconv>
#include <cstddef>
#include <initializer_list>
#include <string>
#include <string_view>

#include <etch/core/decimal.hpp>
#include <etch/core/utf8.hpp>

namespace etch::inline ETCH_VARIANT::internal {

/// Text for XML: special characters escaped, and characters that XML does not allow replaced by '?'.
inline std::string escaped_xml(std::string_view text) {
    std::string xml;
    while (!text.empty()) {
        const std::size_t length = utf8_length(text);
        const char c = text[0];
        if (length == 0 || (length == 1 && (static_cast<unsigned char>(c) < 0x20 || c == 0x7f)) ||
            (length == 3 && text.substr(0, 2) == "\xef\xbf" && static_cast<unsigned char>(text[2]) >= 0xbe)) {
            xml += '?';
        } else if (c == '&') {
            xml += "&amp;";
        } else if (c == '<') {
            xml += "&lt;";
        } else if (c == '>') {
            xml += "&gt;";
        } else if (c == '"') {
            xml += "&quot;";
        } else {
            xml += text.substr(0, length);
        }
        text.remove_prefix(length == 0 ? 1 : length);
    }
    return xml;
}

/// The first characters of a text, with ... in place of the rest.
inline std::string shortened(std::string_view text, std::size_t characters) {
    std::size_t bytes = 0;
    for (std::size_t count = 0; bytes < text.size(); ++count) {
        if (count == characters) return std::string{text.substr(0, bytes)} + "...";
        const std::size_t length = utf8_length(text.substr(bytes));
        bytes += length == 0 ? 1 : length;
    }
    return std::string{text};
}

/// Writes an SVG picture, element by element, in pixels from the upper left corner. It has its own background, light or
/// dark as the reader's browser prefers. The colors can be distinguished by color-blind people: M. Okabe, K. Ito,
/// "Color Universal Design", 2008; lighter on a dark background.
class svg_writer {
public:
    static constexpr double letter = 6.6;  ///< the typical width of a letter at 12 pixels
    static constexpr std::size_t colors = 8, shapes = 5;

    void line(double x1, double y1, double x2, double y2, std::string_view kind) {
        open("line", kind).number("x1", x1).number("y1", y1).number("x2", x2).number("y2", y2).close();
    }
    void rectangle(double x, double y, double width, double height, std::string_view kind) {
        open("rect", kind).number("x", x).number("y", y).number("width", width).number("height", height).close();
    }
    /// `turned`: rotated, read from bottom to top.
    void text(double x, double y, std::string_view words, std::string_view kind, double turned = 0) {
        open("text", kind).number("x", x).number("y", y);
        if (turned != 0) body_ += " transform=\"rotate(" + pixels(turned) + " " + pixels(x) + " " + pixels(y) + ")\"";
        body_ += ">" + escaped_xml(words) + "</text>\n";
    }
    void begin_path(std::string_view kind) {
        open("path", kind);
        body_ += " d=\"";
        first_ = true;
    }
    void path_to(double x, double y) {
        body_ += (first_ ? "M" : "L") + pixels(x) + " " + pixels(y);
        first_ = false;
    }
    /// A rectangle as a part of a path.
    void path_rectangle(double x, double y, double width, double height) {
        body_ +=
            "M" + pixels(x) + " " + pixels(y) + "h" + pixels(width) + "v" + pixels(height) + "h" + pixels(-width) + "z";
    }
    /// The next part of the path begins elsewhere.
    void path_break() { first_ = true; }
    void end_path() { body_ += "\"/>\n"; }
    /// The mark of a style at a point.
    void mark(double x, double y, std::size_t style) {
        const double r = 3.2;
        if (style % shapes == 0) {
            open("circle", color_of("m", style)).number("cx", x).number("cy", y).number("r", r).close();
            return;
        }
        begin_path(color_of("m", style));
        switch (style % shapes) {
            case 1: path_rectangle(x - r, y - r, 2 * r, 2 * r); break;
            case 2: polygon({{x, y - 1.3 * r}, {x + 1.2 * r, y + r}, {x - 1.2 * r, y + r}}); break;
            case 3: polygon({{x, y - 1.3 * r}, {x + 1.3 * r, y}, {x, y + 1.3 * r}, {x - 1.3 * r, y}}); break;
            default: polygon({{x, y + 1.3 * r}, {x + 1.2 * r, y - r}, {x - 1.2 * r, y - r}}); break;
        }
        end_path();
    }

    /// The CSS class of a style's color: for a line ("l"), a mark ("m") or an area ("a").
    [[nodiscard]] static std::string color_of(const char* what, std::size_t style) {
        return std::string{what} + " c" + std::to_string(style % colors);
    }

    /// The whole file.
    [[nodiscard]] std::string file(double width, double height, std::string_view title) const {
        return "<svg xmlns=\"http://www.w3.org/2000/svg\" width=\"" + pixels(width) + "\" height=\"" + pixels(height) +
               "\" viewBox=\"0 0 " + pixels(width) + " " + pixels(height) + "\" role=\"img\">\n<title>" +
               escaped_xml(title) + "</title>\n<style>\n" + style_sheet() + "</style>\n<rect class=\"page\" width=\"" +
               pixels(width) + "\" height=\"" + pixels(height) + "\"/>\n" + body_ + "</svg>\n";
    }

private:
    struct corner {
        double x, y;
    };

    svg_writer& open(std::string_view element, std::string_view kind) {
        body_ += "<";
        body_ += element;
        body_ += " class=\"";
        body_ += kind;
        body_ += "\"";
        return *this;
    }
    svg_writer& number(std::string_view name, double value) {
        body_ += " ";
        body_ += name;
        body_ += "=\"" + pixels(value) + "\"";
        return *this;
    }
    void close() { body_ += "/>\n"; }
    void polygon(std::initializer_list<corner> corners) {
        path_break();
        for (const corner& c : corners) path_to(c.x, c.y);
        body_ += "z";
    }
    /// Rounded to a tenth of a pixel.
    static std::string pixels(double number) {
        std::string text = write_decimal(number, std::chars_format::fixed, 1);
        if (text.ends_with(".0")) text.resize(text.size() - 2);
        return text == "-0" ? "0" : text;
    }

    static std::string style_sheet() {
        static constexpr const char* light[colors] = {"#0072b2", "#d55e00", "#009e73", "#cc79a7",
                                                      "#e69f00", "#56b4e9", "#6b6b6b", "#a08a00"};
        static constexpr const char* dark[colors] = {"#4fa8e0", "#ff8a3d", "#2fc79a", "#e6a0c8",
                                                     "#f2b441", "#8ccbf2", "#bbbbbb", "#f0e442"};
        const auto themed = [](const char* page, const char* ink, const char* grid, const char* const* palette) {
            const std::string paper = page, letters = ink, lines = grid;
            std::string css = ".page{fill:" + paper + "}.t,.b,.s,.e{fill:" + letters + "}.g{stroke:" + lines +
                              "}.f,.d{stroke:" + letters + "}.m{stroke:" + paper + "}.w{fill:" + paper + "}\n";
            for (std::size_t c = 0; c < colors; ++c) {
                const std::string of = ".c" + std::to_string(c), color = palette[c];
                css += ".l" + of + "{stroke:" + color + "}.m" + of + ",.a" + of + "{fill:" + color + "}";
            }
            css += ".h{fill:" + std::string{palette[0]} + "}.x{fill:" + std::string{palette[1]} + "}";
            return css + "\n";
        };
        std::string shades;  // for the cells of a matrix, right (h) and wrong (x)
        for (int n = 1; n <= 9; ++n)
            shades += ".o" + std::to_string(n) + "{fill-opacity:." + (n < 9 ? std::to_string(n) + "2" : "95") + "}";
        return "text{font:12px system-ui,\"DejaVu Sans\",Arial,sans-serif}.b{font-weight:bold;font-size:14px}"
               ".t,.w{text-anchor:middle}.e{text-anchor:end}.g{stroke-width:1}.f{stroke-width:1;fill:none}"
               ".d{stroke-width:1;stroke-dasharray:5 4;fill:none}.l{stroke-width:2;fill:none;stroke-linejoin:round}"
               ".m{stroke-width:.8}.a{fill-opacity:.28;stroke:none;shape-rendering:crispEdges}\n" +
               shades + "\n" + themed("#ffffff", "#24292f", "#d8dee4", light) +
               "@media (prefers-color-scheme:dark){\n" + themed("#16181d", "#e6e6e6", "#3a3f47", dark) + "}\n";
    }

    std::string body_{};
    bool first_ = true;
};

}  // namespace etch::inline ETCH_VARIANT::internal
