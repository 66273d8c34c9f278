package io.portolan.api.ports;

import com.fasterxml.jackson.databind.JsonNode;
import io.portolan.core.json.Json;
import io.portolan.core.path.StoredVerdict;
import io.portolan.core.path.VerdictChange;
import io.portolan.sender.path.PathStatus;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;

/**
 * What gets through from this network: each port by the verdict of rounds of looks at control
 * hosts, and each path to an ISP's platform or a relay as mail and looks find it.
 */
public record PortMatrix(List<PortRow> ports, List<PathStatus> paths) {

  /** The matrix of what is stored of ports and known of paths. */
  public static PortMatrix of(List<StoredVerdict> verdicts, List<PathStatus> paths, Instant now) {
    return new PortMatrix(
        verdicts.stream().map(verdict -> PortRow.of(verdict, now)).toList(), paths);
  }

  /**
   * A port.
   *
   * @param verdict on which two rounds agreed; unknown until then
   * @param since empty while unknown
   * @param latest verdict of the last round alone
   * @param lookedAt empty before the first round
   * @param stale whether nobody watches the port any more, so that it may stand otherwise by now
   * @param families how the control hosts answered, by IP family
   */
  public record PortRow(
      int port,
      String verdict,
      Optional<Instant> since,
      String words,
      String latest,
      Optional<Instant> lookedAt,
      Instant nextLook,
      boolean stale,
      List<FamilyRow> families,
      List<Look> looks) {

    static PortRow of(StoredVerdict stored, Instant now) {
      List<Look> looks = parsed(stored.looks(), stored.port());
      boolean isUnknown = stored.verdict().equals(StoredVerdict.UNKNOWN);
      boolean isNew = stored.lookedAt().equals(Instant.EPOCH);
      return new PortRow(
          stored.port(),
          stored.verdict(),
          isUnknown ? Optional.empty() : Optional.of(stored.since()),
          stored.words(),
          stored.latest(),
          isNew ? Optional.empty() : Optional.of(stored.lookedAt()),
          stored.nextLook(),
          stored.isStale(now),
          FamilyRow.of(looks),
          looks);
    }
  }

  /**
   * How the control hosts of a port answered by one IP family.
   *
   * @param answered whatever they said
   * @param asked how many hosts
   */
  public record FamilyRow(String family, int answered, int asked) {

    static List<FamilyRow> of(List<Look> looks) {
      Map<String, FamilyRow> rows = new TreeMap<>();
      for (Look look : looks) {
        rows.merge(
            look.family(),
            new FamilyRow(look.family(), look.outcome().equals("failed") ? 0 : 1, 1),
            (a, b) ->
                new FamilyRow(a.family(), a.answered() + b.answered(), a.asked() + b.asked()));
      }
      return List.copyOf(rows.values());
    }
  }

  /** One look of the last round. */
  public record Look(
      String operator,
      String host,
      String family,
      String outcome,
      String kind,
      String detail,
      long millis) {}

  /** A change of a port's verdict, with the looks that it rests on. */
  public record ChangeRow(
      long id, Instant at, int port, String from, String to, String words, List<Look> looks) {

    public static ChangeRow of(VerdictChange change) {
      return new ChangeRow(
          change.id(),
          change.at(),
          change.port(),
          change.from(),
          change.to(),
          change.words(),
          parsed(change.looks(), change.port()));
    }
  }

  private static List<Look> parsed(String json, int port) {
    List<Look> looks = new ArrayList<>();
    for (JsonNode each : Json.read(json, JsonNode.class)) {
      if (each.path("port").asInt() == port) {
        looks.add(
            new Look(
                each.path("operator").asText(),
                each.path("host").asText(),
                each.path("family").asText(),
                each.path("outcome").asText(),
                each.path("kind").asText(),
                each.path("detail").asText(),
                each.path("millis").asLong()));
      }
    }
    return looks;
  }
}
