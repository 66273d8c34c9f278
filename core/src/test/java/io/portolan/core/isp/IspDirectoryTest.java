package io.portolan.core.isp;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import io.portolan.core.InvalidException;
import io.portolan.core.address.Domain;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class IspDirectoryTest {
  private static final String HEADER =
      "isp_id,display_name,kind,consumer_domains,mx_suffixes,platform_isp_id\n";
  private static final IspDirectory BUILT_IN = IspDirectory.builtIn();

  @ParameterizedTest
  @CsvSource({
    "gmail.com, gmail, gmail",
    "googlemail.com, gmail, gmail",
    "aol.com, aol, yahoo",
    "web.de, webde, gmx",
    "yahoo.co.jp, yahoo-jp, yahoo-jp",
    "rr.com, spectrum, spectrum",
    "nyc.rr.com, spectrum, spectrum",
    "a.b.nyc.rr.com, spectrum, spectrum",
    "c.ezweb.ne.jp, au-kddi, au-kddi"
  })
  void knowsAnIspByTheDomainOfItsMailboxes(String domain, String isp, String platform) {
    assertThat(BUILT_IN.findByDomain(new Domain(domain)))
        .hasValueSatisfying(
            found -> {
              assertThat(found.id()).isEqualTo(isp);
              assertThat(found.platform()).isEqualTo(platform);
            });
  }

  @ParameterizedTest
  @CsvSource({"xgmail.com", "mail.gmail.com", "xrr.com", "rr.com.example", "example.org"})
  void matchesDomainsAsAWhole(String domain) {
    assertThat(BUILT_IN.findByDomain(new Domain(domain))).isEmpty();
  }

  @ParameterizedTest
  @CsvSource({
    "gmail-smtp-in.l.google.com, gmail",
    "alt1.gmail-smtp-in.l.google.com, gmail",
    "aspmx.l.google.com, google-workspace",
    "smtp.google.com, google-workspace",
    "hotmail-com.olc.protection.outlook.com, outlook",
    "contoso-com.mail.protection.outlook.com, microsoft365",
    "contoso-com.d-v1.mx.microsoft, microsoft365",
    "mx-aol.mail.gm0.yahoodns.net, aol",
    "mta5.am0.yahoodns.net, yahoo",
    "cxr.mx.a.cloudfilter.net, cox",
    "mx1.cloudfilter.net, cloudfilter"
  })
  void letsTheLongestMxSuffixWin(String host, String isp) {
    assertThat(BUILT_IN.findByMxHost(host)).map(Isp::id).contains(isp);
  }

  @ParameterizedTest
  @CsvSource({"notgoogle.com", "google.com.example.org", "com", "mx.example.org"})
  void matchesMxSuffixesAtLabelBoundaries(String host) {
    assertThat(BUILT_IN.findByMxHost(host)).isEmpty();
  }

  @Test
  void wantsAllPreferredMailHostsToAgree() {
    assertThat(BUILT_IN.findByMx(mx(1, "aspmx.l.google.com", 1, "smtp.google.com")))
        .map(Isp::id)
        .contains("google-workspace");
    assertThat(BUILT_IN.findByMx(mx(1, "aspmx.l.google.com", 1, "mx00.gmx.net"))).isEmpty();
    assertThat(BUILT_IN.findByMx(mx(1, "aspmx.l.google.com", 1, "mx.example.org"))).isEmpty();
  }

  @Test
  void looksAtTheLowestPreferenceOnly() {
    assertThat(BUILT_IN.findByMx(mx(20, "mx.example.org", 5, "ASPMX.L.GOOGLE.COM.")))
        .map(Isp::id)
        .contains("google-workspace");
  }

  @Test
  void takesHostsOfSeveralIspsOnOnePlatformForThePlatform() {
    assertThat(BUILT_IN.findByMx(mx(1, "aspmx.l.google.com", 1, "gmail-smtp-in.l.google.com")))
        .map(Isp::id)
        .contains("gmail");
    assertThat(BUILT_IN.findByMx(mx(1, "mx-aol.mail.gm0.yahoodns.net", 1, "mta5.am0.yahoodns.net")))
        .map(Isp::id)
        .contains("yahoo");
  }

  @Test
  void everyPlatformIsAnIspOfItsOwn() {
    assertThat(BUILT_IN.isps())
        .hasSizeGreaterThan(150)
        .allSatisfy(
            isp ->
                assertThat(BUILT_IN.find(isp.platform()))
                    .map(Isp::platform)
                    .contains(isp.platform()));
    assertThat(BUILT_IN.find("other")).contains(Isp.OTHER);
    assertThat(BUILT_IN.find("no-such-isp")).isEmpty();
    assertThat(BUILT_IN.isps()).doesNotContain(Isp.OTHER);
  }

  @Test
  void namesAllWhoseMailGoesToAPlatform() {
    assertThat(BUILT_IN.onPlatform("yahoo")).startsWith("yahoo").contains("aol");
    assertThat(BUILT_IN.onPlatform("other")).containsExactly("other");
  }

  @Test
  void growsByEntriesOfAFile(@TempDir Path folder) throws IOException {
    Path file =
        Files.writeString(
            folder.resolve("more.csv"),
            HEADER
                + "harbour,Harbour Mail,mailbox,harbour.test;*.pier.test,mx.harbour.test,\n"
                + "quay,Quay,telco,quay.test;yahoo.ca,,harbour\n"
                + "gmail,Google,mailbox,ggl.test,,\n");

    IspDirectory directory = BUILT_IN.withFile(file);

    assertThat(directory.findByDomain(new Domain("harbour.test"))).map(Isp::id).contains("harbour");
    assertThat(directory.findByDomain(new Domain("east.pier.test")))
        .map(Isp::id)
        .contains("harbour");
    assertThat(directory.findByDomain(new Domain("pier.test"))).isEmpty();
    assertThat(directory.findByMxHost("a.mx.harbour.test")).map(Isp::id).contains("harbour");
    assertThat(directory.findByDomain(new Domain("quay.test")))
        .map(Isp::platform)
        .contains("harbour");
    assertThat(directory.findByDomain(new Domain("yahoo.ca"))).map(Isp::id).contains("quay");
    assertThat(directory.findByDomain(new Domain("gmail.com")))
        .map(Isp::displayName)
        .contains("Google");
    assertThat(directory.findByDomain(new Domain("ggl.test"))).map(Isp::id).contains("gmail");
    assertThat(BUILT_IN.findByDomain(new Domain("harbour.test"))).isEmpty();
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      textBlock =
          """
          Quay,Quay,mailbox,quay.test,, | isp_id: "Quay" is no ISP id: lower-case letters, digits and hyphens, and not "other" or "relay".
          other,Other,mailbox,quay.test,, | isp_id: "other" is no ISP id: lower-case letters, digits and hyphens, and not "other" or "relay".
          quay,,mailbox,quay.test,, | display_name: A value is missing.
          quay,Quay,ferry,quay.test,, | kind: "ferry" is not mailbox, telco or gateway.
          quay,Quay,mailbox,quay,, | consumer_domains: "quay" has a domain without a dot.
          quay,Quay,mailbox,*.*.quay.test,, | consumer_domains: "*.*.quay.test" has the character '*' in the domain.
          quay,Quay,mailbox,quay.test,mx_quay.test, | mx_suffixes: "mx_quay.test" has the character '_' in the domain.
          quay,Quay,mailbox,quay.test,,nobody | platform_isp_id: "nobody" is no ISP of the directory that is a platform itself.
          quay,Quay,mailbox,quay.test,,aol | platform_isp_id: "aol" is no ISP of the directory that is a platform itself.
          quay,Quay,mailbox,quay.test;quay.test,, | consumer_domains: "quay.test" belongs to another ISP of the same file.
          quay,Quay,mailbox,,a.test;a.test, | mx_suffixes: "a.test" belongs to another ISP of the same file.
          """)
  void namesFileLineAndColumnOfAWrongEntry(String row, String error, @TempDir Path folder)
      throws IOException {
    Path file = Files.writeString(folder.resolve("more.csv"), HEADER + row + "\n");

    assertThatExceptionOfType(InvalidException.class)
        .isThrownBy(() -> BUILT_IN.withFile(file))
        .withMessage(file + " line 2, column " + error);
  }

  private static MxAnswer.Hosts mx(int preference1, String host1, int preference2, String host2) {
    return new MxAnswer.Hosts(
        List.of(new MxHost(preference1, host1), new MxHost(preference2, host2)),
        Duration.ofHours(1));
  }
}
