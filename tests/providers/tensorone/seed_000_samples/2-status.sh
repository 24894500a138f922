curl -X GET "https://api.tensorone.ai/v2/ai/videos/vid_abc123_def456/status" \
  -H "Authorization: Bearer YOUR_API_KEY"
