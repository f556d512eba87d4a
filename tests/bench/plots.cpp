#include "tests/bench/plots.h"

#include <array>
#include <sstream>

#include "tests/bench/command.h"
#include "tests/harness/bpffs.h"
#include "tests/harness/process.h"

namespace xdpfwd::bench {
namespace {

namespace fs = std::filesystem;

/// A gnuplot script that draws one file.
class Plot {
 public:
  Plot(const fs::path& file, const char* size) {
    script_ << "set terminal pngcairo size " << size << " font 'sans,11'\nset output '" << file.string() << "'\n"
            << "set grid\nset style fill solid 0.6\nset boxwidth 0.7\n";
  }
  std::ostream& script() { return script_; }
  void draw() const {
    const harness::TemporaryDirectory directory;
    harness::write_file(directory.path() / "script", script_.str());
    time_command({"gnuplot", directory.path() / "script"});
  }

 private:
  std::ostringstream script_;
};

/// Columns for error bars: where, median, lowest, highest.
std::string point(const Json& where, const Json& spread, double unit = 1) {
  std::ostringstream text;
  text << where << " " << spread["median"].get<double>() * unit << " " << spread["lowest"].get<double>() * unit << " "
       << spread["highest"].get<double>() * unit << "\n";
  return text.str();
}

/// A panel with a line for each contestant; false where the run has no such rows.
void add_panel(Plot& plot, const Json& rows, const std::string& family, const std::string& list,
               const std::string& which) {
  const std::array<std::pair<const char*, const char*>, 5> contestants{
      {{"empty", "grey60"}, {"floor", "black"}, {"hash", "blue"}, {"lpm", "orange"}, {"ours", "red"}}};
  std::string lines;
  for (const auto& [contestant, color] : contestants) {
    std::string points;
    for (const Json& row : rows)
      if (!row.contains("skipped") && row["family"] == family && row["list"] == list && row["case"] == which &&
          row["sources"] == "uniform" && row["contestant"] == contestant)
        points += point(row["entries"], row["ns"]);
    if (points.empty()) continue;
    plot.script() << "$" << list << which << contestant << " << EOD\n" << points << "EOD\n";
    lines += (lines.empty() ? "plot $" : ", $") + list + which + contestant +
             " with yerrorlines linewidth 2 linecolor '" + color + "' title '" + contestant + "'";
  }
  plot.script() << "set title '" << list << ", " << which << "'\n" << lines << "\n";
}

void draw_datapath(const Json& rows, const std::string& family, const fs::path& file) {
  Plot plot(file, "1200,900");
  plot.script() << "set multiplot layout 2,2 title '" << family << ": ns a packet, uniform sources'\n"
                << "set logscale xy\nset key top left\nset xlabel 'entries'\nset ylabel 'ns'\nset format x '10^{%L}'\n"
                << "set xrange [0.5:2e7]\nset yrange [10:4000]\n";
  for (const char* list : {"hosts", "mixed"})
    for (const char* which : {"miss", "hit"}) add_panel(plot, rows, family, list, which);
  plot.script() << "unset multiplot\n";
  plot.draw();
}

/// Bars, each with a label and a spread.
void draw_bars(const std::string& title, const std::vector<std::pair<std::string, Json>>& bars, double unit,
               const fs::path& file) {
  if (bars.empty()) return;
  Plot plot(file, "1000,500");
  std::string labels;
  std::string points;
  for (std::size_t index = 0; index < bars.size(); ++index) {
    labels += (index == 0 ? "\"" : ", \"") + bars[index].first + "\" " + std::to_string(index);
    points += point(index, bars[index].second, unit);
  }
  plot.script() << "$bars << EOD\n"
                << points << "EOD\nset title '" << title << "'\nset xtics (" << labels << ")\n"
                << "set bmargin 4\nset yrange [0:*]\nset key off\nset xrange [-0.6:" << bars.size() - 1 << ".6]\n"
                << "plot $bars using 1:2 with boxes, $bars with yerrorbars linecolor 'black'\n";
  plot.draw();
}

void draw_end_to_end(const Json& rows, const fs::path& file) {
  std::vector<std::pair<std::string, Json>> bars;
  for (const Json& row : rows)
    if (!row.contains("skipped") && row["sources"] == "uniform")
      bars.emplace_back(row["contestant"].get<std::string>() + "\\n" + row["list"].get<std::string>(), row["ns"]);
  draw_bars("ns a packet, dropped end to end over veth, uniform sources", bars, 1, file);
}

void draw_control(const Json& rows, const std::string& what, const std::string& title, const fs::path& file) {
  std::vector<std::pair<std::string, Json>> bars;
  for (const Json& row : rows)
    if (!row.contains("skipped") && row["what"] == what)
      bars.emplace_back(row["who"].get<std::string>() + "\\n(" + row["state"].get<std::string>() + ")", row["seconds"]);
  draw_bars(title, bars, 1'000, file);
}

}  // namespace

void draw_plots(const Json& results, const fs::path& directory) {
  if (!is_installed("gnuplot")) {
    print_note("SKIPPED: plots: gnuplot is not installed");
    return;
  }
  fs::create_directories(directory);
  if (results.contains("datapath"))
    for (const char* family : {"ipv4", "ipv6"})
      draw_datapath(results["datapath"], family, directory / (std::string("datapath-") + family + ".png"));
  if (results.contains("end_to_end")) draw_end_to_end(results["end_to_end"], directory / "end-to-end.png");
  if (results.contains("control")) {
    draw_control(results["control"], "load", "milliseconds to load the list", directory / "load.png");
    draw_control(results["control"], "block one", "milliseconds to block one address more",
                 directory / "block-one.png");
  }
}

}  // namespace xdpfwd::bench
