# A client with curl.
set -e
site=https://api.tensorone.ai/v2/ai
job=$(curl -sS "$site/text-to-video" -H "Authorization: Bearer $MOCK_API_KEY" -H "Content-Type: application/json" \
  -d '{"prompt": "A lighthouse at night"}' | sed 's/.*"videoId":"\([^"]*\)".*/\1/')
until curl -sS "$site/videos/$job/status" -H "Authorization: Bearer $MOCK_API_KEY" | tee answer | grep -q completed; do sleep 0.2; done
url=$(sed 's/.*"videoUrl":"\([^"]*\)".*/\1/' answer)
curl -sS "$url" -o file -w "$url %{content_type} %{size_download}\n"
