package io.portolan.sender.lane;

import io.portolan.core.json.Json;
import io.portolan.sender.smtp.Opening;
import io.portolan.sender.smtp.PeerEvidence;
import io.portolan.sender.smtp.SmtpSession;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;

/** What a peer showed before a path failed, as the JSON object that is stored with the failure. */
final class Evidence {
  private static final int LONGEST_TEXT = 500;
  private static final int MOST_EXTENSIONS = 40;

  private Evidence() {}

  static String of(Opening.PathFailed failed) {
    return json(failed.address(), failed.kind().errno(), failed.evidence(), failed.host());
  }

  /** Of a session that was open before it was lost. */
  static String of(SmtpSession session) {
    return json(session.peerAddress(), Optional.empty(), session.evidence(), session.host());
  }

  private static String json(
      String address, Optional<String> errno, PeerEvidence shown, String host) {
    Map<String, Object> all = new LinkedHashMap<>();
    put(all, "address", address);
    errno.ifPresent(name -> all.put("errno", name));
    put(all, "banner", shown.banner());
    shown.foreignName(host).ifPresent(name -> put(all, "foreignName", name));
    if (!shown.extensions().isEmpty()) {
      List<String> extensions = shown.extensions();
      all.put(
          "extensions", extensions.stream().limit(MOST_EXTENSIONS).map(Evidence::clean).toList());
    }
    if (shown.masked()) {
      all.put("masked", true);
    }
    shown.tlsVersion().ifPresent(version -> all.put("tls", version));
    shown
        .certificate()
        .ifPresent(
            certificate ->
                all.put(
                    "certificate",
                    Map.of(
                        "subject", clean(certificate.subject()),
                        "issuer", clean(certificate.issuer()),
                        "sha256", certificate.sha256(),
                        "notAfter", certificate.notAfter().toString())));
    if (!shown.times().isEmpty()) {
      Map<String, Long> millis = new TreeMap<>();
      shown
          .times()
          .forEach(
              (phase, took) -> millis.put(phase.name().toLowerCase(Locale.ROOT), took.toMillis()));
      all.put("millis", millis);
    }
    return Json.write(all);
  }

  private static void put(Map<String, Object> all, String name, String text) {
    if (!text.isEmpty()) {
      all.put(name, clean(text));
    }
  }

  /** A peer's words, cut, without the NUL and the half characters that PostgreSQL cannot take. */
  private static String clean(String text) {
    StringBuilder kept = new StringBuilder();
    text.codePoints()
        .limit(LONGEST_TEXT)
        .map(each -> each == 0 || isHalf(each) ? '\ufffd' : each)
        .forEach(kept::appendCodePoint);
    return kept.toString();
  }

  private static boolean isHalf(int codePoint) {
    return codePoint >= Character.MIN_SURROGATE && codePoint <= Character.MAX_SURROGATE;
  }
}
