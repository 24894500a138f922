# Upscale video to 4K
upscale_response = requests.post(
    "https://api.tensorone.ai/v2/ai/video-upscale",
    headers={"Authorization": "Bearer YOUR_API_KEY"},
    json={
        "videoId": "vid_abc123_def456",
        "targetResolution": "4K",  # 1080p, 4K
        "enhanceDetails": True,
        "stabilizeMotion": True
    }
)

upscaled_video = upscale_response.json()
print(f"Upscaling started: {upscaled_video['upscaleId']}")
