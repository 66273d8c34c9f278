package io.portolan.api.configuration;

import io.portolan.core.isp.Isp;
import io.portolan.core.isp.IspDirectory;
import io.portolan.core.relay.Relay;
import io.portolan.metrics.report.Figures;
import io.portolan.metrics.reputation.Component;
import io.portolan.metrics.reputation.Threshold;
import io.portolan.metrics.reputation.Threshold.Scope;
import io.portolan.metrics.reputation.Thresholds;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeSet;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * The limits that the reputation report holds rates against: what the operator adds to the shipped
 * ones, sets in their place, or switches off.
 */
final class ReputationLimits {
  private static final String NAME = "reputation-limits";
  private static final String LIMIT = "limit";
  private static final String OF = "of";
  private static final String MEASURE = "measure";
  private static final String CONSEQUENCE = "consequence";
  private static final String ISP = "isp:";
  private static final String RELAY = "relay:";
  private static final String OFF = "off";

  // reports show two decimal places, and a limit must be told as it is
  private static final Pattern PERCENT = Pattern.compile("(\\d{1,2}(?:\\.\\d{1,2})?) ?%");
  private static final Pattern ID = Pattern.compile("[a-z0-9][a-z0-9-]{0,62}");

  static final SettingGroup GROUP =
      new SettingGroup(
          NAME,
          "ID",
          "gmx-complaints",
          "Limits of your own that the reputation report holds rates against, by a name. One with"
              + " the name of a limit that comes with Portolan takes its place, or switches it off;"
              + " reputation.md lists their names.",
          List.of(
              new SettingGroup.Field(
                  LIMIT,
                  true,
                  "0.2%",
                  "Share that must not be reached, in percent with two decimal places at most; 0%:"
                      + " not one may be; off: a limit that comes with Portolan is not in force."),
              new SettingGroup.Field(
                  OF,
                  false,
                  "isp:gmx",
                  "Whose limit it is: isp: and the id of a platform, or relay: and the name of a"
                      + " relay of this file or of a service, such as relay:Amazon SES. Left out"
                      + " where a limit that comes with Portolan is changed; needed otherwise."),
              new SettingGroup.Field(
                  MEASURE,
                  false,
                  "complaints",
                  "What is limited: "
                      + String.join(", ", Component.rateIds())
                      + ". Needed and left out as above."),
              new SettingGroup.Field(
                  CONSEQUENCE,
                  false,
                  "Stop the campaign and ask where its addresses are from.",
                  "Sentence that the report says above the limit.")));

  private final Thresholds shipped = Thresholds.builtIn();
  private final Values values;

  private ReputationLimits(Values values) {
    this.values = values;
  }

  /**
   * The limits in force.
   *
   * @throws ConfigurationException naming the place, the key and the value of what is wrong
   */
  static Thresholds of(Values values) {
    ReputationLimits limits = new ReputationLimits(values);
    Thresholds inForce = limits.shipped;
    for (Map.Entry<String, Map<String, ConfigurationFile.Entry>> each :
        values.group(NAME).entrySet()) {
      Fields fields = new Fields(NAME + "." + each.getKey(), each.getValue());
      inForce = limits.applied(inForce, each.getKey(), fields);
    }
    return inForce;
  }

  private Thresholds applied(Thresholds inForce, String id, Fields fields) {
    if (!ID.matcher(id).matches()) {
      throw fields.refused(
          "a name of up to 63 lower-case letters, digits and hyphens is expected, such as "
              + GROUP.example());
    }
    Optional<Threshold> published = shipped.find(id);
    if (fields.required(LIMIT).equals(OFF)) {
      for (String field : List.of(OF, MEASURE, CONSEQUENCE)) {
        if (!fields.optional(field).isEmpty()) {
          throw fields.refused(field, "a limit that is off has nothing else");
        }
      }
      if (published.isEmpty()) {
        throw fields.refused(
            LIMIT, "only a limit that comes with Portolan can be off, and these do: " + names());
      }
      return inForce.without(id);
    }
    return inForce.with(
        published.map(it -> changed(it, fields)).orElseGet(() -> added(id, fields)));
  }

  private static Threshold changed(Threshold published, Fields fields) {
    for (String field : List.of(OF, MEASURE)) {
      if (!fields.optional(field).isEmpty()) {
        throw fields.refused(
            field,
            "a limit that comes with Portolan keeps whose it is and what it limits; choose another"
                + " name for one beside it");
      }
    }
    String before =
        published.limit() == 0
            ? "The published limit is that none may be. "
            : "The published limit is " + Figures.percent(published.limit()) + ". ";
    return own(
        published.id(),
        published.scope(),
        published.owner(),
        published.measure(),
        fields,
        before + published.consequence());
  }

  private Threshold added(String id, Fields fields) {
    if (fields.optional(OF).isEmpty() || fields.optional(MEASURE).isEmpty()) {
      String missing = fields.optional(OF).isEmpty() ? OF : MEASURE;
      throw fields.refused(
          LIMIT,
          "\""
              + missing
              + "\" is missing, which a limit of another name than those that come with Portolan"
              + " needs; these are "
              + names());
    }
    String of = fields.required(OF);
    Scope scope = of.startsWith(ISP) ? Scope.ISP : Scope.RELAY;
    return own(
        id,
        scope,
        scope == Scope.ISP ? platform(fields, of) : relay(fields, of),
        measure(fields),
        fields,
        "Find out what has changed before you send more.");
  }

  private static Threshold own(
      String id, Scope scope, String owner, Component measure, Fields fields, String otherwise) {
    String consequence = fields.optional(CONSEQUENCE);
    double limit = limit(fields);
    return new Threshold(
        id,
        scope,
        owner,
        measure,
        limit,
        limit == 0 ? "none at all" : "keep below",
        consequence.isEmpty() ? otherwise : consequence,
        Optional.empty());
  }

  private static double limit(Fields fields) {
    Matcher percent = PERCENT.matcher(fields.required(LIMIT));
    if (!percent.matches()) {
      throw fields.refused(
          LIMIT, "a share from 0% to 99.99%, with two decimal places at most, or off is expected");
    }
    return Double.parseDouble(percent.group(1)) / 100;
  }

  private static Component measure(Fields fields) {
    String measure = fields.required(MEASURE);
    return Component.of(measure)
        .filter(it -> Component.rateIds().contains(measure))
        .orElseThrow(
            () ->
                fields.refused(
                    MEASURE, "one of " + String.join(", ", Component.rateIds()) + " is expected"));
  }

  private String platform(Fields fields, String of) {
    String id = of.substring(ISP.length()).strip();
    Isp isp =
        directory()
            .find(id)
            .filter(it -> !it.equals(Isp.OTHER))
            .orElseThrow(() -> fields.refused(OF, "no ISP of the directory has the id " + id));
    if (!isp.platform().equals(id)) {
      throw fields.refused(
          OF,
          id
              + " is a brand of "
              + isp.platform()
              + ", whose limits hold for all of its brands; isp:"
              + isp.platform()
              + " is expected");
    }
    return id;
  }

  private String relay(Fields fields, String of) {
    String name = of.startsWith(RELAY) ? of.substring(RELAY.length()).strip() : "";
    if (name.isEmpty()) {
      throw fields.refused(OF, "isp: or relay: and a name is expected, such as isp:gmx");
    }
    if (values.group("relays").containsKey(name) || Relay.services().contains(name)) {
      return name;
    }
    throw fields.refused(
        OF,
        "neither a relay of this file nor a service that is known has this name; known are "
            + String.join(", ", Relay.services()));
  }

  private IspDirectory directory() {
    return Configuration.ispsFile(values)
        .map(IspDirectory.builtIn()::withFile)
        .orElseGet(IspDirectory::builtIn);
  }

  private String names() {
    TreeSet<String> names = new TreeSet<>();
    shipped.all().forEach(each -> names.add(each.id()));
    return String.join(", ", names);
  }
}
