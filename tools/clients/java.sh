# The AWS SDK for Java 2 with its three HTTP clients, as jars; test/clients runs its source file with them.

install_java_sdk() {
  local folder=$cache/java-sdk pom=$here/java-sdk.xml stamp
  command -v javac >/dev/null || left_out 'this machine has no JDK' || return
  stamp=$(cksum <"$pom")
  [ "$(cat "$folder/.installed" 2>/dev/null)" = "$stamp" ] && return 0
  command -v mvn >/dev/null || left_out 'this machine has no Maven to fetch the jars with' || return
  rm -rf "$folder" && mkdir -p "$folder" || return 1
  timeout 600 mvn -q -B -ntp -f "$pom" "-Dmaven.repo.local=$folder/repository" dependency:copy-dependencies \
    "-DoutputDirectory=$folder/lib" || return 1
  rm -rf "$folder/repository"
  printf '%s\n' "$stamp" >"$folder/.installed"
}
version_of_java_sdk() { basename "$cache"/java-sdk/lib/s3-2*.jar .jar; }
