package io.portolan.api.configuration;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;

/** The documents of the configuration, made from {@link Settings}. */
public final class ConfigurationReference {
  private static final int WIDTH = 100;

  private static final Map<String, String> SECTIONS =
      Map.ofEntries(
          Map.entry("database", "Where everything is kept."),
          Map.entry("http", "The API."),
          Map.entry("mail", "What mail bears, and how much of it is in hand at once."),
          Map.entry("dns", "How names are looked up."),
          Map.entry("dns-health", "How the DNS of what mail is sent from is checked."),
          Map.entry(
              "paths",
              "How patient path health is: when a path is left and when it is tried again."),
          Map.entry(
              "probes",
              "How ports are looked at on purpose (portolan ports probe, and the watch on ports)."),
          Map.entry(
              "intake",
              "The listener that takes bounces and complaints by SMTP, and the addresses it"
                  + " takes."),
          Map.entry("complaints", "From where complaints come back."),
          Map.entry("alerts", "Who is told, beside the log, what a person should look at."),
          Map.entry(
              "scheduler",
              "This node's part in the cluster. The default suits a single node, too."),
          Map.entry(
              "guards", "When a campaign's mail is stopped because it fares badly (guardrails)."),
          Map.entry("soft-bounces", "When bounces that may pass suppress an address all the same."),
          Map.entry("isps", "The ISP directory."),
          Map.entry("secrets", "What relays that are set by the API may name."));

  private static final String YAML_HEAD =
      """
      # The configuration of Portolan: every key with its default. Give "portolan serve --config FILE" a copy of
      # it, or keep the copy as portolan.yaml in the directory where it is started. What is left out keeps its default.
      # Durations are a number and ms, s, m, h or d: 500ms, 10s, 1h30m, 4d.
      # Each key may be overridden by an environment variable: database.pool-size by PORTOLAN_DATABASE_POOL_SIZE.
      # Made by "portolan config".
      """;

  private static final String MARKDOWN_HEAD =
      """
      # Configuration

      <!-- Made by "./portolan config --markdown"; a test keeps it so. Change Settings.java instead. -->

      Nothing has to be configured to start. `portolan serve` reads `portolan.yaml` in the directory where it is started, if there
      is one, or the file that `--config FILE` names. [portolan.yaml](portolan.yaml) is an example with every key and its default;
      `./portolan config` prints the same.

      - **Units.** Durations are a number and `ms`, `s`, `m`, `h` or `d`, or several from large to small: `500ms`, `10s`, `1h30m`, `4d`.
        Other units are named with the key.
      - **Environment.** A variable overrides the file. Its name is the key's in capitals, with `_` for `.` and `-`, behind
        `PORTOLAN_`. Relays, DKIM keys, mailboxes, webhooks and reputation limits are set in the file
        alone.
      - **Mistakes stop the start.** An unknown key, an unknown `PORTOLAN_` variable, a key given twice or a bad value ends `serve` with one
        message that names the file and line, or the variable. So give no variable of yours a name that begins with `PORTOLAN_`, but for
        `PORTOLAN_SECRET_`, which no setting begins with. What Kubernetes sets for a service named `portolan` is passed over.
      - **Secrets are references.** `env:NAME` is the environment variable NAME of the process that serves; `file:/absolute/path` is the
        content of a file without its last line break. The secrets themselves stand neither in the file nor in the database. A relay
        that is set by the API may name variables that begin with `PORTOLAN_SECRET_` and files below `secrets.directory` alone.
      - **What is not here.** Which paths an ISP's mail takes, connections, rates, timeouts, the retry schedule and the lifetime are
        in the [port policy](concepts.md#the-port-policy), which changes while Portolan runs. The configuration is read once, at the start.
      """;

  private ConfigurationReference() {}

  /** A configuration file with every key, its meaning and its default. */
  public static String yaml() {
    StringBuilder yaml = new StringBuilder(YAML_HEAD);
    sections()
        .forEach(
            (section, settings) -> {
              yaml.append("\n# ").append(meaning(section)).append('\n');
              yaml.append(section).append(":\n");
              for (Setting setting : settings) {
                comment(yaml, "  # ", setting.meaning());
                yaml.append("  ").append(setting.key().substring(section.length() + 1)).append(':');
                if (!setting.defaultValue().isEmpty()) {
                  yaml.append(' ').append(setting.defaultValue());
                }
                yaml.append('\n');
              }
            });
    Settings.groups().forEach(group -> group(yaml, group));
    return yaml.toString();
  }

  /** The reference for people. */
  public static String markdown() {
    StringBuilder text = new StringBuilder(MARKDOWN_HEAD);
    sections()
        .forEach(
            (section, settings) -> {
              text.append("\n## ").append(section).append("\n\n");
              text.append(meaning(section)).append("\n\n");
              text.append("| key | default | meaning | variable |\n|---|---|---|---|\n");
              for (Setting setting : settings) {
                row(
                    text,
                    code(setting.key()),
                    setting.defaultValue().isEmpty() ? "" : code(setting.defaultValue()),
                    setting.meaning(),
                    code(setting.variable()));
              }
            });
    for (SettingGroup group : Settings.groups()) {
      text.append("\n## ").append(group.name()).append("\n\n");
      text.append(group.meaning()).append("\n\n");
      text.append("| key | needed | meaning | example |\n|---|---|---|---|\n");
      for (SettingGroup.Field field : group.fields()) {
        row(
            text,
            code(group.name() + "." + group.entry() + "." + field.name()),
            field.isRequired() ? "yes" : "no",
            field.meaning(),
            code(field.example()));
      }
    }
    return text.toString();
  }

  private static void group(StringBuilder yaml, SettingGroup group) {
    yaml.append('\n');
    comment(yaml, "# ", group.meaning());
    yaml.append("# ").append(group.name()).append(":\n");
    yaml.append("#   ").append(group.example()).append(":\n");
    for (SettingGroup.Field field : group.fields()) {
      comment(yaml, "#     # ", field.meaning());
      yaml.append("#     ").append(field.name()).append(": ").append(field.example()).append('\n');
    }
  }

  private static Map<String, List<Setting>> sections() {
    return Settings.all().stream()
        .collect(Collectors.groupingBy(Setting::section, LinkedHashMap::new, Collectors.toList()));
  }

  private static String meaning(String section) {
    String meaning = SECTIONS.get(section);
    if (meaning == null) {
      throw new IllegalStateException("the section " + section + " has no meaning");
    }
    return meaning;
  }

  /** Adds a text in lines that begin alike. */
  private static void comment(StringBuilder yaml, String begin, String text) {
    StringBuilder line = new StringBuilder(begin);
    for (String word : text.split(" ", -1)) {
      if (line.length() > begin.length() && line.length() + word.length() > WIDTH) {
        yaml.append(line.toString().stripTrailing()).append('\n');
        line = new StringBuilder(begin);
      }
      line.append(word).append(' ');
    }
    yaml.append(line.toString().stripTrailing()).append('\n');
  }

  private static void row(StringBuilder text, String... cells) {
    text.append("| ").append(String.join(" | ", cells)).append(" |\n");
  }

  private static String code(String text) {
    return "`" + text + "`";
  }
}
