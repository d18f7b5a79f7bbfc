package io.parlance.samples.web;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.File;
import java.net.URI;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.logging.Level;
import java.util.stream.Stream;
import javax.tools.JavaFileObject;
import javax.tools.SimpleJavaFileObject;
import javax.tools.ToolProvider;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.openqa.selenium.By;
import org.openqa.selenium.Keys;
import org.openqa.selenium.WebElement;
import org.openqa.selenium.chrome.ChromeDriver;
import org.openqa.selenium.chrome.ChromeDriverService;
import org.openqa.selenium.chrome.ChromeOptions;
import org.openqa.selenium.support.ui.WebDriverWait;

/** The page in a real browser, where one is installed. */
class BrowserTest {
  private static final List<String> CONFIGURED =
      List.of(
          "classify",
          "entities",
          "answer",
          "fill-mask",
          "embed",
          "similarity",
          "rank",
          "translate",
          "text-to-text",
          "generate");

  /** Least contrast of any text that is shown, by the formula of WCAG 2. */
  private static final String LEAST_CONTRAST =
      """
      const parse = (c) => { const m = c.match(/[\\d.]+/g).map(Number); return m.length < 4 ? [...m, 1] : m; };
      const light = (c) => { const [r, g, b] = c.map((v) => { v /= 255; return v <= .03928 ? v / 12.92 : ((v + .055) / 1.055) ** 2.4; }); return .2126 * r + .7152 * g + .0722 * b; };
      const behind = (e) => { for (; e; e = e.parentElement) { const c = parse(getComputedStyle(e).backgroundColor); if (c[3] === 1) return c.slice(0, 3); } return [255, 255, 255]; };
      let least = [99, ''];
      for (const e of document.querySelectorAll('body *')) {
        if (!e.checkVisibility() || e.closest('.skip') || e.closest('[disabled]')) continue;
        const own = [...e.childNodes].some((n) => n.nodeType === 3 && n.data.trim()) || e.matches('input, textarea, select');
        if (!own) continue;
        const a = light(parse(getComputedStyle(e).color).slice(0, 3)), b = light(behind(e));
        const ratio = (Math.max(a, b) + .05) / (Math.min(a, b) + .05);
        if (ratio < least[0]) least = [ratio, e.tagName + '.' + e.className + ' ' + e.textContent.slice(0, 30)];
      }
      return least;
      """;

  private static Server server;
  private static ChromeDriver browser;

  @BeforeAll
  static void start() throws Exception {
    Optional<File> chromium =
        installed("/usr/bin/chromium", "/usr/bin/chromium-browser", "/usr/bin/google-chrome");
    Optional<File> driver =
        installed("/usr/bin/chromedriver", "/usr/lib/chromium-browser/chromedriver");
    assumeTrue(
        chromium.isPresent() && driver.isPresent(),
        "no browser is installed; on Debian: apt-get install chromium chromium-driver");
    server = Server.start(TestModels.properties());
    ChromeOptions options = new ChromeOptions();
    options.setBinary(chromium.orElseThrow());
    options.addArguments(
        "--headless=new",
        "--no-sandbox",
        "--disable-gpu",
        "--disable-dev-shm-usage",
        "--disable-background-networking",
        "--no-first-run");
    browser =
        new ChromeDriver(
            new ChromeDriverService.Builder()
                .usingDriverExecutable(driver.orElseThrow())
                .usingAnyFreePort()
                .build(),
            options);
  }

  private static Optional<File> installed(String... paths) {
    return Stream.of(paths).map(File::new).filter(File::canExecute).findFirst();
  }

  @AfterAll
  static void stop() {
    if (browser != null) {
      browser.quit();
    }
    if (server != null) {
      server.close();
    }
  }

  @BeforeEach
  void desktop() {
    screen(1100, 800, "light");
  }

  private static void screen(int width, int height, String scheme) {
    browser.executeCdpCommand(
        "Emulation.setDeviceMetricsOverride",
        Map.of("width", width, "height", height, "deviceScaleFactor", 1, "mobile", width < 500));
    browser.executeCdpCommand(
        "Emulation.setEmulatedMedia",
        Map.of("features", List.of(Map.of("name", "prefers-color-scheme", "value", scheme))));
  }

  private static WebElement at(String id) {
    return browser.findElement(By.id(id));
  }

  private static WebDriverWait patience() {
    return new WebDriverWait(browser, Duration.ofSeconds(30), Duration.ofMillis(50));
  }

  private static void open(String task) {
    browser.get("about:blank");
    browser.get(server.at("/#" + task).toString());
    patience().until(page -> !page.findElements(By.id("run")).isEmpty());
  }

  private static String run(String task) {
    open(task);
    at("run").click();
    return finished();
  }

  /** What the page says when a call is over. */
  private static String finished() {
    patience()
        .until(
            page ->
                at("result").isDisplayed() && at("run").isEnabled() || at("problem").isDisplayed());
    assertThat(at("problem").isDisplayed()).as(at("problem").getText()).isFalse();
    return at("status").getText();
  }

  @Test
  void everyTaskShowsItsResult() {
    for (String task : CONFIGURED) {
      run(task);
      assertThat(at("output").getText() + browser.findElements(By.cssSelector("canvas")).size())
          .as(task)
          .isNotBlank();
      assertThat(at("timings").getText()).as(task).contains("Total", "ms");
      assertThat(
              browser.findElement(By.cssSelector("nav [aria-current=page]")).getAttribute("hash"))
          .isEqualTo("#" + task);
    }
    assertThat(browser.manage().logs().get("browser").getAll())
        .filteredOn(entry -> entry.getLevel().intValue() >= Level.WARNING.intValue())
        .isEmpty();
  }

  @Test
  void theKeyboardIsEnough() {
    open("classify");
    browser.switchTo().activeElement().sendKeys(Keys.TAB);
    assertThat(browser.switchTo().activeElement().getText()).isEqualTo("Skip to the task");
    WebElement text = browser.findElement(By.name("text"));
    text.clear();
    text.sendKeys("My card was swallowed by the machine", Keys.chord(Keys.CONTROL, Keys.ENTER));
    assertThat(finished())
        .contains(server.nlp().classify("My card was swallowed by the machine").label());
    assertThat(browser.findElements(By.cssSelector(".bars li"))).hasSize(5);
    assertThat(at("status").getAttribute("aria-live")).isEqualTo("polite");
  }

  @Test
  void entitiesAreMarkedInTheTextAsItWasGiven() {
    run("entities");
    Object unmarked =
        browser.executeScript(
            "const p = document.querySelector('#output p').cloneNode(true);"
                + "p.querySelectorAll('.tag').forEach((t) => t.remove()); return p.textContent");
    assertThat(unmarked).isEqualTo(browser.findElement(By.name("text")).getAttribute("value"));
    assertThat(browser.findElements(By.cssSelector("#output mark"))).isNotEmpty();
  }

  @Test
  void textsAreShownAsTextsNotAsHtml() {
    open("rank");
    WebElement documents = browser.findElement(By.name("documents"));
    documents.clear();
    documents.sendKeys("<img src=x onerror=alert(1)> one");
    at("run").click();
    finished();
    assertThat(at("output").getText()).contains("<img src=x onerror=alert(1)> one");
    assertThat(browser.findElements(By.cssSelector("#output img"))).isEmpty();
  }

  @Test
  void stopEndsAGeneration() throws Exception {
    server.gate().close();
    try {
      open("generate");
      at("run").click();
      server.gate().awaitCall();
      patience().until(page -> at("stop").isDisplayed());
      at("stop").click();
      // the model is held at the gate; the server has taken the request to stop by the time it
      // answers
      patience()
          .until(
              page ->
                  browser.executeScript(
                          "return performance.getEntriesByType('resource')"
                              + ".some((e) => /generate\\/[0-9a-f-]{36}$/.test(e.name))")
                      == Boolean.TRUE);
    } finally {
      server.gate().open();
    }
    patience().until(page -> at("status").getText().startsWith("Stopped"));
    assertThat(at("run").isEnabled()).isTrue();
    assertThat(at("stop").isDisplayed()).isFalse();
  }

  @Test
  void aTaskWithoutModelSaysWhatToSet() {
    open("summarize");
    assertThat(at("notice").getText()).contains("--parlance.summarizer=");
    assertThat(at("run").isEnabled()).isFalse();
  }

  @Test
  void problemsAreTold() {
    open("classify");
    browser.findElement(By.name("text")).clear();
    at("run").click();
    patience().until(page -> at("problem").isDisplayed());
    assertThat(at("problem").getText()).contains("'text' is empty");
  }

  @Test
  void theModelsCardIsShown() {
    open("classify");
    browser.findElement(By.cssSelector("#card-part summary")).click();
    patience().until(page -> at("card").getText().contains("BANKING77"));
    assertThat(at("card").getText()).contains("SHA-256", "77: ");
  }

  @ParameterizedTest
  @ValueSource(strings = {"light", "dark"})
  void textsHaveContrastAndFitAPhone(String scheme) {
    screen(360, 740, scheme);
    for (String task : List.of("classify", "entities", "answer", "translate")) {
      run(task);
      browser.executeScript("document.querySelectorAll('details').forEach((d) => d.open = true)");
      List<?> least = (List<?>) browser.executeScript(LEAST_CONTRAST);
      assertThat(((Number) least.get(0)).doubleValue())
          .as("%s, %s: %s", task, scheme, least.get(1))
          .isGreaterThanOrEqualTo(4.5);
      assertThat(browser.executeScript("return document.documentElement.scrollWidth"))
          .as(task)
          .isEqualTo(360L);
    }
  }

  @Test
  void theJavaOfEveryTaskCompiles(@TempDir Path folder) {
    List<JavaFileObject> sources = new ArrayList<>();
    for (String task : CONFIGURED) {
      open(task);
      String code =
          (String) browser.executeScript("return document.getElementById('java').textContent");
      int statements = code.indexOf("try (");
      String name = "Sample" + sources.size();
      sources.add(
          source(
              name,
              code.substring(0, statements)
                  + ("class " + name + " { void run() {")
                  + code.substring(statements)
                  + "}}"));
    }
    StringBuilder errors = new StringBuilder();
    List<String> options =
        List.of(
            "-proc:none",
            "-d",
            folder.toString(),
            "-classpath",
            System.getProperty("surefire.test.class.path", System.getProperty("java.class.path")));
    Boolean compiled =
        ToolProvider.getSystemJavaCompiler()
            .getTask(null, null, each -> errors.append(each).append('\n'), options, null, sources)
            .call();
    assertThat(compiled).as(errors.toString()).isTrue();
  }

  private static JavaFileObject source(String name, String text) {
    return new SimpleJavaFileObject(
        URI.create("string:///" + name + ".java"), JavaFileObject.Kind.SOURCE) {
      @Override
      public CharSequence getCharContent(boolean ignoreEncodingErrors) {
        return text;
      }
    };
  }
}
