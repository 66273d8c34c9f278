package io.portolan.api.configuration;

import io.portolan.core.json.HumanDuration;
import java.time.Duration;
import java.util.Collection;
import java.util.Comparator;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.function.Function;
import java.util.regex.Pattern;

/**
 * The values given for settings, from the file and over it from the environment. Whatever is given
 * and not known is refused. Not thread-safe.
 */
final class Values {
  /** Variables that begin like settings and are not. */
  private static final Set<String> OTHER_VARIABLES =
      Set.of(
          "PORTOLAN_API_KEY",
          "PORTOLAN_URL",
          "PORTOLAN_JAVA_OPTS",
          "PORTOLAN_SYSTEM_TESTS",
          "PORTOLAN_TEST_BOUNCE_CORPUS",
          "PORTOLAN_TEST_JDBC_URL",
          "PORTOLAN_TEST_POSTGRES_IMAGE");

  // a Kubernetes service whose name begins with "portolan" puts these into every container
  private static final Pattern OF_KUBERNETES =
      Pattern.compile(
          "PORTOLAN_(?:\\w+_)?SERVICE_(?:HOST|PORT(?:_\\w+)?)"
              + "|PORTOLAN_(?:\\w+_)?PORT_\\d+_(?:TCP|UDP|SCTP)(?:_(?:PROTO|PORT|ADDR))?");
  private static final Pattern SERVICE_ADDRESS = Pattern.compile("(?:tcp|udp|sctp)://.*");

  private final Map<String, ConfigurationFile.Entry> entries = new HashMap<>();
  private final Map<String, Map<String, Map<String, ConfigurationFile.Entry>>> groups =
      new TreeMap<>();

  Values(Map<List<String>, ConfigurationFile.Entry> file, Map<String, String> environment) {
    Set<String> known = new TreeSet<>();
    Map<String, String> keysByVariable = new HashMap<>();
    for (Setting setting : Settings.all()) {
      known.add(setting.key());
      keysByVariable.put(setting.variable(), setting.key());
    }
    file.forEach((names, entry) -> add(names, entry, known));
    new TreeMap<>(environment)
        .forEach((variable, value) -> override(variable, value, keysByVariable));
  }

  /** The value of a setting as written, or its default. */
  String text(Setting setting) {
    return entry(setting).value();
  }

  <T> T parsed(Setting setting, String expected, Function<String, Optional<T>> parser) {
    ConfigurationFile.Entry entry = entry(setting);
    Optional<T> parsed;
    try {
      parsed = parser.apply(entry.value());
    } catch (RuntimeException e) {
      throw refused(setting.key(), entry, expected + " (" + e.getMessage() + ")");
    }
    return parsed.orElseThrow(() -> refused(setting.key(), entry, expected));
  }

  /** Like {@link #parsed}, empty where nothing is given. */
  <T> Optional<T> optional(Setting setting, String expected, Function<String, Optional<T>> parser) {
    return text(setting).isEmpty()
        ? Optional.empty()
        : Optional.of(parsed(setting, expected, parser));
  }

  int number(Setting setting, int least, int most) {
    return parsed(
        setting,
        "a whole number from " + least + " to " + most + " is expected",
        text -> {
          if (!text.matches("\\d{1,9}")) {
            return Optional.empty();
          }
          int number = Integer.parseInt(text);
          return number < least || number > most ? Optional.empty() : Optional.of(number);
        });
  }

  Duration duration(Setting setting) {
    return parsed(
        setting,
        "a duration such as 500ms, 10s, 5m or 4d is expected",
        text -> HumanDuration.parse(text).filter(Duration::isPositive));
  }

  /** The named entries of a group, such as the relays by name. */
  Map<String, Map<String, ConfigurationFile.Entry>> group(String name) {
    return groups.getOrDefault(name, Map.of());
  }

  static ConfigurationException refused(String key, ConfigurationFile.Entry entry, String why) {
    return new ConfigurationException(
        entry.place() + ": " + key + ": \"" + entry.value() + "\": " + why + ".");
  }

  private ConfigurationFile.Entry entry(Setting setting) {
    return entries.getOrDefault(
        setting.key(), new ConfigurationFile.Entry(setting.defaultValue(), "default"));
  }

  private void add(List<String> names, ConfigurationFile.Entry entry, Set<String> known) {
    String key = String.join(".", names);
    Optional<SettingGroup> group =
        Settings.groups().stream().filter(each -> each.name().equals(names.getFirst())).findFirst();
    if (group.isPresent() && names.size() == 3) {
      if (group.get().field(names.get(2)).isEmpty()) {
        throw unknown(
            entry,
            key,
            group.get().fields().stream()
                .map(field -> names.get(0) + "." + names.get(1) + "." + field.name())
                .toList());
      }
      groups
          .computeIfAbsent(names.get(0), _ -> new LinkedHashMap<>())
          .computeIfAbsent(names.get(1), _ -> new LinkedHashMap<>())
          .put(names.get(2), entry);
    } else if (known.contains(key)) {
      // a key without a value keeps its default
      if (!entry.value().isEmpty()) {
        entries.put(key, entry);
      }
    } else if (!entry.value().isEmpty() || !isPart(key)) {
      throw unknown(entry, key, known);
    }
  }

  private static boolean isPart(String name) {
    return Settings.all().stream().anyMatch(setting -> setting.section().equals(name))
        || Settings.groups().stream().anyMatch(group -> group.name().equals(name));
  }

  private static ConfigurationException unknown(
      ConfigurationFile.Entry entry, String key, Collection<String> known) {
    return new ConfigurationException(
        entry.place() + ": there is no setting \"" + key + "\"" + suggestion(key, known) + ".");
  }

  private void override(String variable, String value, Map<String, String> keysByVariable) {
    if (!variable.startsWith("PORTOLAN_") || isNoSetting(variable, value)) {
      return;
    }
    String key = keysByVariable.get(variable);
    if (key == null) {
      throw new ConfigurationException(
          "Environment variable "
              + variable
              + ": there is no such setting"
              + suggestion(variable, keysByVariable.keySet())
              + ".");
    }
    entries.put(
        key, new ConfigurationFile.Entry(value.strip(), "environment variable " + variable));
  }

  private static boolean isNoSetting(String variable, String value) {
    return OTHER_VARIABLES.contains(variable)
        || variable.startsWith(Settings.SECRET_PREFIX)
        || OF_KUBERNETES.matcher(variable).matches()
        || (variable.endsWith("_PORT") && SERVICE_ADDRESS.matcher(value).matches());
  }

  private static String suggestion(String key, Collection<String> known) {
    return known.stream()
        .filter(candidate -> distance(candidate, key) <= 3)
        .min(Comparator.comparingInt(candidate -> distance(candidate, key)))
        .map(candidate -> "; did you mean \"" + candidate + "\"?")
        .orElse("");
  }

  /** The edit distance of Levenshtein. */
  private static int distance(String a, String b) {
    int[] row = new int[b.length() + 1];
    for (int j = 0; j <= b.length(); j++) {
      row[j] = j;
    }
    for (int i = 1; i <= a.length(); i++) {
      int diagonal = row[0];
      row[0] = i;
      for (int j = 1; j <= b.length(); j++) {
        int above = row[j];
        int change = a.charAt(i - 1) == b.charAt(j - 1) ? diagonal : diagonal + 1;
        row[j] = Math.min(change, Math.min(row[j], row[j - 1]) + 1);
        diagonal = above;
      }
    }
    return row[b.length()];
  }
}
