package io.portolan.api.system;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.portolan.api.cli.ApiClient;
import io.portolan.api.node.TestingNode;
import io.portolan.core.Eventually;
import io.portolan.core.database.TestDatabase;
import java.io.File;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Base64;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.api.io.TempDir;
import org.openqa.selenium.By;
import org.openqa.selenium.WebElement;
import org.openqa.selenium.chrome.ChromeDriver;
import org.openqa.selenium.chrome.ChromeDriverService;
import org.openqa.selenium.chrome.ChromeOptions;
import org.openqa.selenium.logging.LogEntry;

/** The pages that people open, in Debian's Chromium. */
@Tag("system")
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class BrowserSystemTest {
  private static final int PHONE = 360;

  /** The width of the paper within its margins, in CSS pixels. */
  private static final int A4_LANDSCAPE = 1_039;

  private static final Set<String> COMPLAINTS = Set.of("SEVERE", "WARNING");

  @RegisterExtension static final TestDatabase database = TestDatabase.create();

  @TempDir private static Path uploads;

  private TestingNode node;
  private Campaigns campaigns;
  private ChromeDriver browser;
  private long campaign;

  @BeforeAll
  void start() throws Exception {
    node = new TestingNode(database, uploads);
    campaigns = new Campaigns(node.url(), node.key());
    List<String> addresses = new ArrayList<>(Campaigns.addresses(20, "@healthy.test"));
    addresses.addAll(Campaigns.addresses(5, "@choosy.test"));
    addresses.addAll(List.of("nobody1@choosy.test", "nobody2@choosy.test"));
    campaign = campaigns.start("Spring <sale>", addresses);
    campaigns.finished(campaign);
    browser = browser();
  }

  private static ChromeDriver browser() {
    ChromeOptions options = new ChromeOptions();
    options.setBinary("/usr/bin/chromium");
    options.addArguments(
        "--headless=new",
        "--no-sandbox", // root has none
        "--disable-dev-shm-usage",
        "--disable-gpu",
        "--no-proxy-server",
        "--host-resolver-rules=MAP * ~NOTFOUND , EXCLUDE 127.0.0.1");
    options.setCapability("goog:loggingPrefs", Map.of("browser", "ALL", "performance", "ALL"));
    return new ChromeDriver(
        new ChromeDriverService.Builder()
            .usingDriverExecutable(new File("/usr/bin/chromedriver"))
            .usingAnyFreePort()
            .build(),
        options);
  }

  @AfterAll
  void stop() throws Exception {
    try {
      browser.quit();
    } finally {
      campaigns.close();
      node.close();
    }
  }

  @Test
  void showsTheReportWithItsFiguresAndNothingFromElsewhere() throws Exception {
    width(1200);
    openReport();

    assertThat(browser.getTitle()).contains("Spring <sale>");
    JsonNode report = campaigns.api().get(Campaigns.BASE + "/reports/campaigns/" + campaign);
    assertThat(report.path("isps")).isNotEmpty();
    for (JsonNode isp : report.path("isps")) {
      assertThat(row(isp.path("isp").asText()))
          .containsEntry("accepted", isp.path("total").path("counts").path("accepted").asText())
          .containsEntry("hard", isp.path("total").path("counts").path("hardBounced").asText());
    }
    JsonNode counts = report.path("total").path("counts");
    assertThat(counts.path("accepted").asLong()).isEqualTo(25);
    assertThat(counts.path("hardBounced").asLong()).isEqualTo(2);
    assertThat(card("accepted")).isEqualTo("25");
    assertThat(card("bounced hard")).isEqualTo("2");
    List<WebElement> bars = browser.findElements(By.cssSelector("svg rect"));
    assertThat(bars).isNotEmpty();
    assertThat(bars.getFirst().getRect().getHeight()).isPositive();
    isQuiet();
  }

  @Test
  void showsTheReportOnAPhoneWithoutScrollingThePageSideways() throws Exception {
    width(PHONE);
    openReport();

    fits();
    assertThat(browser.findElement(By.cssSelector("h1")).isDisplayed()).isTrue();
    assertThat(browser.findElement(By.cssSelector("table#isps")).isDisplayed()).isTrue();
    isQuiet();
  }

  @Test
  void letsWideThingsScrollByThemselvesOnAPhoneSoThatTheyStayReadable() throws Exception {
    width(PHONE);
    openReport();

    List<WebElement> plots = browser.findElements(By.cssSelector("figure svg"));
    assertThat(plots).isNotEmpty();
    assertThat(plots).allMatch(plot -> plot.getRect().getWidth() > 600);
    assertThat(browser.findElements(By.cssSelector("table#heat td.h"))).isNotEmpty();
    WebElement figures = browser.findElement(By.cssSelector("details"));
    assertThat(figures.findElement(By.tagName("table")).isDisplayed()).isFalse();
    figures.findElement(By.tagName("summary")).click();
    assertThat(figures.findElement(By.tagName("table")).isDisplayed()).isTrue();
    fits();
    isQuiet();
  }

  @Test
  void showsTheOtherPagesOnAPhoneToo() throws Exception {
    width(PHONE);
    Instant now = Instant.now();
    String span =
        "from=" + now.minus(Duration.ofHours(2)) + "&until=" + now.plus(Duration.ofHours(1));
    String isp =
        campaigns
            .api()
            .get(Campaigns.BASE + "/reports/campaigns/" + campaign)
            .path("isps")
            .path(0)
            .path("isp")
            .asText();
    for (String page :
        List.of(
            "isps/" + ApiClient.encode(isp) + "?" + span,
            "ports?" + span,
            "compare?" + span,
            "span?" + span)) {
      open("/reports/" + page + "&format=html");

      fits();
      assertThat(browser.findElement(By.tagName("h1")).getText()).as(page).isNotEmpty();
      assertThat(browser.findElements(By.tagName("table"))).as(page).isNotEmpty();
      isQuiet();
    }
  }

  @Test
  void showsReputationOnAPhoneAndOnPaper() throws Exception {
    width(PHONE);
    open("/reports/reputation?span=24h&format=html");

    fits();
    assertThat((String) browser.executeScript("return document.body.innerText"))
        .contains("Limits in force", "Scores", "too few messages to tell", "What moved");
    isQuiet();
    width(A4_LANDSCAPE);
    browser.executeCdpCommand("Emulation.setEmulatedMedia", Map.of("media", "print"));
    try {
      isCutOffNowhere();
    } finally {
      browser.executeCdpCommand("Emulation.setEmulatedMedia", Map.of("media", ""));
    }
  }

  @Test
  void printsTheReportWithNothingCutOff() {
    width(A4_LANDSCAPE);
    browser.executeCdpCommand("Emulation.setEmulatedMedia", Map.of("media", "print"));
    try {
      openReport();

      isCutOffNowhere();
      assertThat(browser.findElement(By.cssSelector("details")).isDisplayed()).isFalse();
      byte[] pdf =
          Base64.getDecoder()
              .decode(
                  (String)
                      browser
                          .executeCdpCommand(
                              "Page.printToPDF",
                              Map.of("preferCSSPageSize", true, "printBackground", true))
                          .get("data"));
      String text = new String(pdf, StandardCharsets.ISO_8859_1);
      assertThat(text).startsWith("%PDF");
      assertThat(text.split("/Type\\s*/Page\\b", -1).length - 1).as("pages").isBetween(2, 8);
    } finally {
      browser.executeCdpCommand("Emulation.setEmulatedMedia", Map.of("media", ""));
    }
  }

  @Test
  void showsTheReportDarkToWhoeverWantsIt() throws Exception {
    browser.executeCdpCommand(
        "Emulation.setEmulatedMedia",
        Map.of("features", List.of(Map.of("name", "prefers-color-scheme", "value", "dark"))));
    try {
      width(1200);
      openReport();

      assertThat(browser.findElement(By.tagName("body")).getCssValue("background-color"))
          .contains("17, 24, 31");
      isQuiet();
    } finally {
      browser.executeCdpCommand("Emulation.setEmulatedMedia", Map.of("features", List.of()));
    }
  }

  @Test
  void unsubscribesByAClickOnAPhone() throws Exception {
    String address = "r1@healthy.test";
    String text = node.mailboxes().of(address).getFirst().content().text().orElseThrow();
    String header =
        text.lines().filter(line -> line.startsWith("List-Unsubscribe:")).findFirst().orElseThrow();
    width(PHONE);

    browser.get(
        node.url()
            .resolve(URI.create(header.replaceAll(".*<([^>]+)>.*", "$1")).getPath())
            .toString());
    fits();
    assertThat(suppressed(address)).as("opening it changes nothing").isFalse();
    WebElement button = browser.findElement(By.tagName("button"));
    assertThat(button.getRect().getHeight()).as("large enough for a finger").isGreaterThan(30);
    button.click();

    Eventually.holds("the page says so", () -> isLoadedWith("You are unsubscribed"));
    fits();
    assertThat(suppressed(address)).isTrue();

    browser.findElement(By.tagName("button")).click();
    Eventually.holds("it is taken back", () -> isLoadedWith("subscribed again"));
    fits();
    assertThat(suppressed(address)).isFalse();
    isQuiet();
  }

  private void openReport() {
    open("/reports/campaigns/" + campaign + "?format=html");
  }

  private void open(String path) {
    URI url = node.url();
    browser.get("http://anybody:" + node.key() + "@" + url.getAuthority() + Campaigns.BASE + path);
  }

  /** What the table says of an ISP, by the heading of each column. */
  private Map<String, String> row(String isp) {
    List<String> headings = texts(browser.findElements(By.cssSelector("table#isps thead th")));
    WebElement row =
        browser.findElements(By.cssSelector("table#isps tr.isp")).stream()
            .filter(it -> it.getText().startsWith(isp))
            .findFirst()
            .orElseThrow(() -> new AssertionError("no row of " + isp));
    List<String> cells = texts(row.findElements(By.tagName("td")));
    Map<String, String> named = new HashMap<>();
    for (int i = 0; i < headings.size(); i++) {
      named.put(headings.get(i), cells.get(i));
    }
    return named;
  }

  private String card(String label) {
    return browser.findElements(By.cssSelector(".card")).stream()
        .filter(card -> card.findElement(By.tagName("span")).getText().equals(label))
        .map(card -> card.findElement(By.tagName("b")).getText())
        .findFirst()
        .orElseThrow(() -> new AssertionError("no card " + label));
  }

  private static List<String> texts(List<WebElement> elements) {
    return elements.stream().map(WebElement::getText).toList();
  }

  private void width(int pixels) {
    browser.executeCdpCommand(
        "Emulation.setDeviceMetricsOverride",
        Map.of("width", pixels, "height", 740, "deviceScaleFactor", 1, "mobile", false));
  }

  /** Asked in one step, since an element found a step earlier may be of the page before. */
  private boolean isLoadedWith(String text) {
    return Boolean.TRUE.equals(
        browser.executeScript(
            "return document.readyState === 'complete' && document.body.innerText.includes(arguments[0])",
            text));
  }

  /** On paper nothing scrolls. */
  private void isCutOffNowhere() {
    assertThat(
            (List<?>)
                browser.executeScript(
                    "return [...document.querySelectorAll('.wide')]"
                        + ".filter(e => e.getClientRects().length > 0 && e.scrollWidth > document.body.clientWidth + 1)"
                        + ".map(e => e.getAttribute('aria-label') + ' ' + e.scrollWidth)"))
        .as("wider than the paper")
        .isEmpty();
  }

  private void fits() {
    assertThat((Long) browser.executeScript("return document.documentElement.scrollWidth"))
        .as("width of the page")
        .isBetween(1L, (long) PHONE);
  }

  /** The page asked nobody else for anything, and the console has no complaint. */
  private void isQuiet() throws Exception {
    List<String> foreign = new ArrayList<>();
    for (LogEntry entry : browser.manage().logs().get("performance")) {
      JsonNode event = new ObjectMapper().readTree(entry.getMessage()).path("message");
      String url = event.path("params").path("request").path("url").asText();
      if (event.path("method").asText().equals("Network.requestWillBeSent")
          && !url.startsWith("data:")
          && !isOurs(URI.create(url))) {
        foreign.add(url);
      }
    }
    assertThat(foreign).as("requests to others").isEmpty();
    assertThat(
            browser.manage().logs().get("browser").getAll().stream()
                .filter(entry -> COMPLAINTS.contains(entry.getLevel().getName()))
                .map(LogEntry::getMessage))
        .as("console")
        .isEmpty();
  }

  private boolean isOurs(URI url) {
    return node.url().getHost().equals(url.getHost()) && node.url().getPort() == url.getPort();
  }

  private boolean suppressed(String address) {
    JsonNode check =
        campaigns
            .api()
            .get(Campaigns.BASE + "/suppressions/check?address=" + ApiClient.encode(address));
    return check.path("suppressed").asBoolean() || !check.path("elsewhere").isEmpty();
  }
}
