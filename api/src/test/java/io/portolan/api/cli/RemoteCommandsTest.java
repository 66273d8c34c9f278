package io.portolan.api.cli;

import static org.assertj.core.api.Assertions.assertThat;

import com.sun.net.httpserver.HttpServer;
import io.portolan.api.node.TestingNode;
import io.portolan.core.database.TestDatabase;
import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.api.io.TempDir;
import picocli.CommandLine;

/** The commands that call the API, against a whole node. */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class RemoteCommandsTest {
  @RegisterExtension static final TestDatabase database = TestDatabase.create();

  @TempDir private static Path directory;

  private TestingNode node;

  @BeforeAll
  void start() throws IOException {
    node = new TestingNode(database, directory);
    Path csv =
        Files.writeString(
            directory.resolve("people.csv"), "Mail,Vorname\nmia@healthy.test,Mia\nx,X\n");
    ok("list", "create", "people");
    assertThat(
            ok(
                "list",
                "import",
                "people",
                csv.toString(),
                "--address-column",
                "Mail",
                "--map",
                "Vorname:first_name"))
        .contains("1 created", "1 rejected");
  }

  @AfterAll
  void stop() throws IOException {
    node.close();
  }

  @Test
  void comparesPoliciesGoesBackAndExplains() throws IOException {
    String before = ok("policy", "show");
    Path file =
        Files.writeString(
            directory.resolve("policy.yaml"),
            before.replaceFirst(
                "(?s)(?<row>isp: \"?gmail\"?.*?messagesPerConnection: )\\d+", "${row}17"));
    assertThat(ok("policy", "diff", file.toString()))
        .isEqualTo("gmail: messages per connection 50 -> 17\n");
    ok("policy", "apply", file.toString());
    assertThat(ok("policy", "diff", "1")).isEqualTo("gmail: messages per connection 17 -> 50\n");
    assertThat(ok("policy", "diff", "2", "--from", "1")).contains("50 -> 17");
    assertThat(ok("policy", "diff", "2")).contains("Changes nothing of version 2.");

    assertThat(ok("policy", "rollback")).contains("Version 1 is active");
    assertThat(ok("policy", "show")).isEqualTo(before);
    assertThat(ok("policy", "rollback")).contains("Version 2 is active");
    assertThat(ok("policy", "rollback", "--note", "and back")).contains("Version 1 is active");

    assertThat(ok("policy", "explain", "mia@gmail.com"))
        .contains(
            "mia@gmail.com: ISP gmail, platform gmail", "of policy version 1", "-> ", "direct:25");
    assertThat(ok("policy", "explain", "mia@healthy.test")).contains("ISP other");
  }

  @Test
  void saysWhichPortsGetThrough() {
    assertThat(ok("ports", "probe")).contains("25  open: open at 2 of 2 operators.");
    assertThat(ok("ports", "probe", "--port", "25", "--all")).contains("mx1.choosy.test", "IPv4");
  }

  @Test
  void showsImportsAndWhatTheyDid() {
    assertThat(ok("list", "imports", "people")).contains("people.csv", "finished");
    assertThat(ok("list", "import-status", "1")).contains("2 rows", "1 rejected");
  }

  @Test
  void takesANumberForANameBeforeItTakesItForAnId() {
    draft("4711");

    assertThat(ok("campaign", "edit", "4711", "--json", "--subject", "By name"))
        .contains("\"name\" : \"4711\"", "By name");
  }

  @Test
  void refusesANameThatSeveralHave() {
    draft("twice");
    draft("twice");

    assertThat(run("campaign", "edit", "twice", "--subject", "Which?"))
        .contains("more than one campaign", "give the id");
  }

  @Test
  void saysOnceWhatIsWrongAndQuotesItAsItWasGiven() {
    assertThat(run("domain", "holds", "ex ample.org"))
        .isEqualTo("1 domain: has a space in the domain\n");
  }

  @Test
  void putsTheGuardsOfADraftBackToTheConfiguredOnes() {
    draft("guarded");
    assertThat(
            ok(
                "campaign",
                "edit",
                "guarded",
                "--json",
                "--guard-hard-bounce",
                "5% to 20%",
                "--guard-block",
                "off"))
        .contains("\"hardBounce\" : \"5% to 20%\"", "\"block\" : \"off\"");

    assertThat(ok("campaign", "edit", "guarded", "--json", "--guard-block", "default"))
        .contains("\"hardBounce\" : \"5% to 20%\"")
        .doesNotContain("\"block\"");
    assertThat(ok("campaign", "edit", "guarded", "--json", "--guard-hard-bounce", "default"))
        .doesNotContain("\"guards\"");
    assertThat(ok("campaign", "create", "--name", "usual", "--json", "--guard-block", "default"))
        .doesNotContain("\"guards\"");
  }

  private void draft(String name) {
    ok("campaign", "create", "--name", name, "--list", "people", "--from", "news@sender.test");
  }

  @Test
  void writesChangesPreviewsAndDeletesDrafts() throws IOException {
    Path text = Files.writeString(directory.resolve("t.txt"), "Hello {{first_name}} {{last_name}}");
    ok("template", "create", "--name", "hello", "--subject", "Hi", "--text", text.toString());
    assertThat(ok("template", "show")).contains("hello", "Hi");
    assertThat(ok("template", "show", "hello")).contains("Hello {{first_name}}");
    ok(
        "campaign",
        "create",
        "--name",
        "spring",
        "--list",
        "people",
        "--from",
        "Shop <news@sender.test>",
        "--template",
        "hello",
        "--missing",
        "friend",
        "--window",
        "monday,tuesday 09:00-17:30 Europe/Berlin");

    assertThat(ok("campaign", "preview", "spring", "--attribute", "first_name=Mia"))
        .contains("Hello Mia friend");
    assertThat(
            ok(
                "campaign",
                "edit",
                "spring",
                "--json",
                "--name",
                "summer",
                "--window",
                "none",
                "--template",
                "none",
                "--subject",
                "Hot",
                "--text",
                text.toString()))
        .contains("\"name\" : \"summer\"", "Hot")
        .doesNotContain("sendWindow", "templateId");
    assertThat(run("campaign", "watch", "summer"))
        .startsWith("1 ")
        .contains("The campaign is a draft");
    ok("campaign", "delete", "summer");
    ok("template", "delete", "hello");
  }

  @Test
  void showsDeliveriesWithTheirAttemptsAndReports() {
    ok(
        "campaign",
        "create",
        "--name",
        "c1",
        "--list",
        "people",
        "--from",
        "news@sender.test",
        "--subject",
        "Hi",
        "--text",
        textFile());
    ok("campaign", "schedule", "c1", "--at", "now");
    ok("campaign", "watch", "c1");

    assertThat(ok("delivery", "show", "--campaign", "c1", "--state", "accepted"))
        .contains("mia@healthy.test", "accepted");
    assertThat(ok("delivery", "show", "1")).contains("mia@healthy.test", "direct:25", "DOT");
    assertThat(ok("policy", "explain", "--delivery", "1"))
        .contains(
            "Delivery 1 to mia@healthy.test: ISP other, platform other; accepted",
            "direct:25",
            "direct:25 not tried yet");
    assertThat(ok("report", "c1")).contains("NOT SENT", "REPUTATION");
    assertThat(ok("report", "c1", "--csv", "--replies")).startsWith("count,isp,code");
    assertThat(
            ok(
                "report",
                "--from",
                "2026-01-01T00:00:00Z",
                "--until",
                "2026-01-02T00:00:00Z",
                "--csv"))
        .contains("all,all,all");
    assertThat(run("report")).startsWith("2 Give a campaign, or a span");
  }

  @Test
  void saysWhoGetsNoMailAndWhoRunsAMailbox() {
    ok("suppression", "add", "no@healthy.test");

    assertThat(ok("suppression", "check", "no@healthy.test")).contains("gets no mail", "manual");
    assertThat(ok("suppression", "check", "yes@healthy.test")).contains("is not suppressed");
    assertThat(ok("isp", "resolve", "a@gmail.com")).contains("gmail.com", "gmail");
  }

  @Test
  void namesTheFileOrAddressThatIsWrong() throws IOException {
    Path latin1 = directory.resolve("latin1.txt");
    Files.write(latin1, "K\u00f6ln".getBytes(StandardCharsets.ISO_8859_1));

    assertThat(run("policy", "check", "nowhere.yaml"))
        .isEqualTo("1 There is no file nowhere.yaml.\n");
    assertThat(run("policy", "check", latin1.toString()))
        .isEqualTo("1 " + latin1 + " is not UTF-8 text. Convert it, or name another file.\n");
    assertThat(run("policy", "check", directory.toString()))
        .startsWith("1 ")
        .contains(directory.toString());
    assertThat(execute("--url", "a b", "list", "show")).startsWith("2 \"a b\" is no address");
  }

  @Test
  void keepsThePathOfAnAddressBehindAProxyAndGoesOnWatchingThroughAnOutage() throws IOException {
    AtomicInteger calls = new AtomicInteger();
    List<String> paths = new ArrayList<>();
    HttpServer proxy =
        HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
    proxy.createContext(
        "/",
        exchange -> {
          paths.add(exchange.getRequestURI().getPath());
          // the first asks whether a campaign is named so
          boolean away = calls.incrementAndGet() == 2;
          byte[] body =
              (away ? "{\"detail\":\"The database is away\"}" : "{\"state\":\"finished\"}")
                  .getBytes(StandardCharsets.UTF_8);
          exchange.sendResponseHeaders(away ? 503 : 200, body.length);
          exchange.getResponseBody().write(body);
          exchange.close();
        });
    proxy.start();
    try {
      String url = "http://127.0.0.1:" + proxy.getAddress().getPort() + "/mail/";

      String out = execute("--url", url, "campaign", "watch", "7");

      assertThat(out).startsWith("0 ").contains("still trying: The database is away");
      assertThat(paths)
          .containsExactly(
              "/mail/api/v1/campaigns",
              "/mail/api/v1/campaigns/7/progress",
              "/mail/api/v1/campaigns/7/progress");
    } finally {
      proxy.stop(0);
    }
  }

  private static String textFile() {
    try {
      return Files.writeString(directory.resolve("body.txt"), "Good day").toString();
    } catch (IOException e) {
      throw new AssertionError(e);
    }
  }

  /** What a command prints, which must succeed. */
  private String ok(String... arguments) {
    String out = run(arguments);
    assertThat(out).as(String.join(" ", arguments)).startsWith("0 ");
    return out.substring(2);
  }

  private String run(String... arguments) {
    List<String> all = new ArrayList<>(List.of("--url", node.url().toString()));
    all.addAll(Arrays.asList(arguments));
    return execute(all.toArray(String[]::new));
  }

  /**
   * Exit code and output, both streams in one.
   *
   * @param arguments the address first
   */
  private String execute(String... arguments) {
    List<String> command = new ArrayList<>(Arrays.asList(arguments).subList(2, arguments.length));
    command.addAll(List.of("--api-key", node.key(), arguments[0], arguments[1]));
    StringWriter out = new StringWriter();
    CommandLine commandLine = PortolanCommand.commandLine();
    commandLine.setOut(new PrintWriter(out));
    commandLine.setErr(new PrintWriter(out));
    int code = commandLine.execute(command.toArray(String[]::new));
    return code + " " + out;
  }
}
